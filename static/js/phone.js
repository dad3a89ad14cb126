// phone.js: an usher's phone as a scanner. The browser's own reader reads codes where there is
// one; else grey crops go to the scanner of the house. The verdict is the door's, always.
(() => {
  "use strict";
  const body = document.body;
  const video = document.querySelector("[data-video]");
  const aim = document.querySelector("[data-aim]");
  const AGAIN_MS = 3000;
  const AWAY_MS = 1000;
  const VIBRATE = {
    go: [80],
    note: [80, 80, 80],
    ask: [180, 120, 180],
    no: [500],
    cant_check: [80, 60, 80, 60, 80],
  };
  const CROP = 480;
  const sounds = {};
  let last = { text: "", at: 0, scan: "" };
  let busy = false;
  let covered = false;
  let unseeing = "";

  // The id is made when a code comes into view, and kept by every retry.
  const uuid7 = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let ms = Date.now();
    for (let n = 5; n >= 0; n -= 1) {
      bytes[n] = ms % 256;
      ms = Math.floor(ms / 256);
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const headers = { "X-CSRFToken": body.dataset.token };

  const announce = (kind) => {
    // Before the first touch a browser does not shake, and complains.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(VIBRATE[kind] || []);
    sounds[kind] ??= new Audio(`/static/sounds/${kind}.wav`);
    sounds[kind].currentTime = 0;
    sounds[kind].play().catch(() => {});
  };

  // What is the matter with this phone's camera is said beside a verdict that stays, too.
  const trouble = () => {
    const line = document.querySelector(".phone__cover [data-trouble]");
    if (!line) return;
    line.textContent = unseeing;
    line.hidden = !unseeing;
  };
  document.addEventListener("camera", (event) => {
    unseeing = event.detail;
    aim.textContent = unseeing || body.dataset.reading;
    trouble();
  });

  const cover = async (verdict) => {
    const answer = await fetch(verdict.url, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector(".phone__cover")?.remove();
    const shown = document.createElement("section");
    shown.className = `phone__cover ${page.body.className}`;
    shown.append(...page.querySelector("main").childNodes);
    body.append(shown);
    trouble();
    covered = verdict.stays;
    if (!verdict.silent) announce(verdict.kind);
    for (const link of shown.querySelectorAll(`a[href="${body.dataset.page}"]`)) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        uncover(shown);
      });
    }
    if (!verdict.stays) setTimeout(() => uncover(shown), 1200);
  };
  const uncover = (shown) => {
    shown.remove();
    covered = false;
  };

  const judge = async (text) => {
    const now = Date.now();
    // The same code in view, or back within 3 s, is the same scan. Back on purpose, it gets
    // its answer again, without a sound.
    const same = text === last.text && now - last.at < AGAIN_MS;
    if (same && now - last.at < AWAY_MS) {
      last.at = now;
      return;
    }
    last = { text, at: now, scan: same ? last.scan : uuid7() };
    busy = true;
    try {
      for (let tries = 0; tries < 5; tries += 1) {
        try {
          const answer = await fetch(body.dataset.read, {
            method: "POST",
            headers: { ...headers, "Content-Type": "application/json" },
            body: JSON.stringify({ text, scan: last.scan }),
          });
          if (answer.redirected || answer.status === 400) {
            location.reload();
            return;
          }
          if (answer.ok) {
            aim.textContent = body.dataset.reading;
            await cover(await answer.json());
            return;
          }
        } catch {
          aim.textContent = body.dataset.away;
        }
        await new Promise((done) => setTimeout(done, 400));
      }
    } finally {
      busy = false;
      last.at = Date.now();
    }
  };

  const own = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const known = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    return known.includes("qr_code") ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;
  };

  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const crop = async () => {
    const side = Math.min(video.videoWidth, video.videoHeight);
    if (!side) return [];
    canvas.width = canvas.height = Math.min(CROP, side);
    pen.filter = "grayscale(1)";
    const left = (video.videoWidth - side) / 2;
    const top = (video.videoHeight - side) / 2;
    pen.drawImage(video, left, top, side, side, 0, 0, canvas.width, canvas.height);
    const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    const answer = await fetch(body.dataset.crop, { method: "POST", headers, body: picture });
    if (!answer.ok) return [];
    const found = await answer.json();
    aim.textContent = found.eyes ? body.dataset.reading : body.dataset.blind;
    if (!found.eyes) await new Promise((done) => setTimeout(done, 5000));
    return found.texts;
  };

  const watch = async () => {
    const reader = await own();
    for (;;) {
      await new Promise((done) => setTimeout(done, reader ? 60 : 150));
      if (busy || unseeing || document.hidden || video.readyState < 2) continue;
      try {
        const texts = reader
          ? (await reader.detect(video)).map((one) => one.rawValue)
          : await crop();
        // A verdict that stays gives way to a different code, as at the stand.
        for (const text of texts) if (text && !(covered && text === last.text)) await judge(text);
        if (covered && texts.includes(last.text)) last.at = Date.now();
      } catch {
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  };

  navigator.getBattery?.().then((battery) => {
    const shown = document.querySelector("[data-battery]");
    const say = () => {
      shown.textContent = `${Math.round(battery.level * 100)} %`;
    };
    battery.addEventListener("levelchange", say);
    say();
  });
  watch();
  // Counters grow old: they are read again while nothing is shown.
  setInterval(async () => {
    if (document.hidden || document.querySelector(".phone__cover")) return;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of [".door__head", ".door__calls", ".door__badge"]) {
      const now = page.querySelector(part);
      const battery = document.querySelector("[data-battery]")?.textContent || "";
      if (now) document.querySelector(`main > ${part}`)?.replaceWith(now);
      const fresh = document.querySelector("[data-battery]");
      if (fresh) fresh.textContent = battery;
    }
  }, 5000);
})();
