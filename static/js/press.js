// press.js: a touch shows at once and acts once.
// Everything works without this file; with it, a finger sees its effect within a frame.
(() => {
  "use strict";
  const TARGETS = "a[href], button, label.choice";
  const AGAIN_MS = 300;
  const mm = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--mm")) || 4;
  let pressed = null;

  const release = () => {
    if (pressed) pressed.classList.remove("pressed");
    pressed = null;
  };

  document.addEventListener("pointerdown", (event) => {
    const target = event.target.closest(TARGETS);
    if (!target || target.disabled) return;
    release();
    pressed = target;
    target.classList.add("pressed");
  });
  document.addEventListener("pointerup", () => setTimeout(release, 120));
  document.addEventListener("pointercancel", release);
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("dragstart", (event) => event.preventDefault());

  // What leaves the page leaves it once: a second tap finds nothing to press.
  const sent = new WeakMap();
  const once = (event, what) => {
    const before = sent.get(what);
    if (before && performance.now() - before < 4000) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sent.set(what, performance.now());
    document.documentElement.dataset.leaving = "1";
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-stays]")) once(event, event.target);
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link) once(event, link);
    const hand = event.target.closest("[data-stepper] button");
    if (hand) {
      const before = sent.get(hand);
      if (before && performance.now() - before < AGAIN_MS) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      sent.set(hand, performance.now());
    }
  }, true);
  // A form that turned out to lack something may be sent again at once.
  document.addEventListener("stayed", (event) => {
    sent.delete(event.detail);
    delete document.documentElement.dataset.leaving;
  });
  // A page that comes back from the cache may be pressed again.
  window.addEventListener("pageshow", () => {
    delete document.documentElement.dataset.leaving;
  });

  // Five touches in the top left corner, the last held for a second: staff come in here.
  const CORNER_MM = 20;
  const staff = document.body.dataset.staff;
  let touches = [];
  let holding = 0;
  document.addEventListener("pointerdown", (event) => {
    clearTimeout(holding);
    if (!staff || event.clientX > CORNER_MM * mm || event.clientY > CORNER_MM * mm) {
      touches = [];
      return;
    }
    const now = performance.now();
    touches = [...touches.filter((before) => now - before < 4000), now];
    if (touches.length >= 5) holding = setTimeout(() => location.assign(staff), 1000);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => clearTimeout(holding));
  }

  // Who listens to the page hears its heading first.
  const heading = document.querySelector("h1[tabindex]");
  if (heading && document.activeElement === document.body) {
    heading.focus({ preventScroll: true });
  }

  // "Held for you: 14 min": in minutes, and in seconds in the last one.
  for (const held of document.querySelectorAll("[data-held-s]")) {
    const ends = performance.now() + 1000 * Number(held.dataset.heldS);
    const number = /\d+/;
    setInterval(() => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      if (left >= 60) {
        held.textContent = held.textContent.replace(number, Math.floor(left / 60));
      } else if (left === 59 || left === 0) {
        location.reload();
      } else {
        held.textContent = held.textContent.replace(number, left);
      }
    }, 1000);
  }
})();
