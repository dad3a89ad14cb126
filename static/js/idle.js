// idle.js: nobody touches the screen any more. First a question, then a clean page.
// data-idle-s: how long to wait; data-idle-url: the same question as a page of its own.
(() => {
  "use strict";
  const wait_s = Number(document.body.dataset.idleS);
  if (!wait_s) return;
  let timer = 0;
  const ask = () => location.replace(document.body.dataset.idleUrl);
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait_s * 1000);
  };
  for (const sign of ["pointerdown", "keydown", "input"]) {
    document.addEventListener(sign, again, { passive: true });
  }
  again();
})();
