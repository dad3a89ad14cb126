// long.js: a page may be longer than the glass, with larger letters or a sentence more than
// usual. Then its main action stays where it is, and two buttons move the rest: see long.css.
(() => {
  "use strict";
  const root = document.documentElement;
  const bar = document.querySelector("nav.bar");
  if (!bar) return;

  // Letters reach a little beyond their lines, which are close; a line more is no such thing.
  const slack = parseFloat(getComputedStyle(root).fontSize) / 3;
  const over = (one) => one && one.scrollHeight > one.clientHeight + slack;
  const movers = () => {
    const all = document.createElement("nav");
    all.className = "movers";
    all.setAttribute("aria-label", bar.dataset.move);
    for (const [sign, by, words] of [["▲", -1, bar.dataset.up], ["▼", 1, bar.dataset.down]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", words);
      button.addEventListener("click", () => {
        const main = document.querySelector("main");
        main.scrollBy(0, by * main.clientHeight * 0.5);
      });
      all.append(button);
    }
    return all;
  };

  const look = () => {
    const main = document.querySelector("main");
    root.classList.remove("long");
    for (const old of document.querySelectorAll(".movers")) old.remove();
    if (!over(main) && !over(main.querySelector(":scope > .show"))) return;
    root.classList.add("long");
    if (over(main)) document.body.append(movers());
  };
  look();
  document.fonts.ready.then(look);
  document.addEventListener("changed", look);
  window.addEventListener("resize", look);
})();
