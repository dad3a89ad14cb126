// fingers.js: what counts as a touch. It comes before every other script, and what it takes
// away none of them hears.
// A palm, a second finger and a key that is held down do nothing, and no touch does while the
// glass is wiped (data-wiped). A touch that began before
// one could have seen the page was meant for the page before: Pay and Cancel payment lie in
// one place, and who drums on the glass would press both.
(() => {
  "use strict";
  const WIDEST_MM = 25;
  const SEEN_MS = 300;
  const mm = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--mm")) || 4;
  // Nothing is seen before the first frame, and nothing is meant that began before this ran.
  let since = Infinity;
  let refused = true;
  const seen = () => requestAnimationFrame(() => requestAnimationFrame((now) => {
    since = now;
  }));
  seen();

  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const palm = (event) => Math.max(event.width, event.height) > WIDEST_MM * mm;

  document.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) {
      stop(event);
      return;
    }
    const early = event.pointerType !== "mouse" && event.timeStamp - since < SEEN_MS;
    // Who goes on drumming waits on: the page begins with the first pause.
    if (early) since = Math.max(since, event.timeStamp);
    refused = early || palm(event) || "wiped" in document.body.dataset;
    if (refused) stop(event);
  }, true);
  // A palm comes down with a finger's width and grows.
  document.addEventListener("pointermove", (event) => {
    if (event.isPrimary && event.pointerType === "touch" && palm(event)) refused = true;
  }, true);
  // detail is 0 for a click by a key or by a program, which has no finger.
  document.addEventListener("click", (event) => {
    if (refused && event.detail) stop(event);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.repeat && (event.key === "Enter" || event.key === " ")) stop(event);
  }, true);

  // What changes in place is a new page to whoever looks at it.
  document.addEventListener("changed", () => {
    since = Infinity;
    seen();
  });
})();
