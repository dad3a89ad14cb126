// hearing.js: is this screen's sound heard? Asked once, at a touch: before one, browsers play
// nothing. "shown" on document: the page has been drawn anew.
(() => {
  "use strict";
  const sound = new Audio("/static/sounds/go.wav");
  const SHAKE = [80];
  let step = "play";
  const kept = (() => {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  })();
  const ask = () => {
    const strip = document.querySelector("[data-hearing]");
    if (!strip) return;
    strip.hidden = Boolean(kept?.getItem("heard"));
    for (const part of strip.querySelectorAll("[data-hearing-step]")) {
      part.hidden = part.dataset.hearingStep !== step;
    }
  };
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-hearing-go]");
    if (!pressed) return;
    const next = pressed.dataset.hearingGo;
    if (next === "heard") kept?.setItem("heard", "1");
    else step = next;
    if (next === "ask") {
      navigator.vibrate?.(SHAKE);
      sound.play().catch(() => {});
    }
    ask();
  });
  document.addEventListener("shown", ask);
  ask();
})();
