// phone-camera.js: the camera of an usher's phone: opened, lit, zoomed, and missed when it
// goes. Another app or the lock screen may take it away; then the page says so, and asks for
// it again until it is back. "camera" on document tells what is the matter; "" that it sees.
(() => {
  "use strict";
  const body = document.body;
  const video = document.querySelector("[data-video]");
  const light = document.querySelector("[data-torch]");
  const zoom = document.querySelector("[data-zoom]");
  const AGAIN_MS = 2000;
  let track = null;
  let lit = false;
  let near = false;

  const say = (words) => {
    body.classList.toggle("phone--blind", Boolean(words));
    document.dispatchEvent(new CustomEvent("camera", { detail: words }));
  };

  const tools = () => {
    const able = track.getCapabilities ? track.getCapabilities() : {};
    light.hidden = !able.torch;
    zoom.hidden = !(able.zoom && able.zoom.max >= 2);
    // A camera that comes back has forgotten both.
    lit = near = false;
    for (const tool of [light, zoom]) tool.setAttribute("aria-pressed", "false");
  };
  light.addEventListener("click", () => {
    lit = !lit;
    light.setAttribute("aria-pressed", String(lit));
    track.applyConstraints({ advanced: [{ torch: lit }] }).catch(() => {});
  });
  zoom.addEventListener("click", () => {
    near = !near;
    zoom.setAttribute("aria-pressed", String(near));
    track.applyConstraints({ advanced: [{ zoom: near ? 2 : 1 }] }).catch(() => {});
  });

  const open = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    video.srcObject = stream;
    await video.play();
    track = stream.getVideoTracks()[0];
    tools();
    track.addEventListener("mute", () => say(body.dataset.ended));
    track.addEventListener("unmute", () => say(""));
    track.addEventListener("ended", () => {
      video.srcObject = null;
      say(body.dataset.ended);
      setTimeout(again, AGAIN_MS);
    });
    say("");
    navigator.wakeLock?.request("screen").catch(() => {});
  };
  // A hidden page gets no camera; the next time is when somebody looks at it again.
  const again = () => {
    if (document.hidden) setTimeout(again, AGAIN_MS);
    else open().catch(() => setTimeout(again, AGAIN_MS));
  };

  // Who forbade the camera is not asked over and over: the page says what to do.
  open().catch(() => say(body.dataset.blocked));
})();
