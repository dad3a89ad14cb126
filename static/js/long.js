// long.js: a page may be longer than the glass, with larger letters or a sentence more than
// usual. Then its main action stays where it is, and two buttons move the rest: see long.css.
// What is cut by an edge, or lies beneath the main action, is not shown until all of it can be.
(() => {
  "use strict";
  const root = document.documentElement;
  const bar = document.querySelector("nav.bar");
  if (!bar) return;

  // Letters reach a little beyond their lines, which are close; a line more is no such thing.
  const slack = parseFloat(getComputedStyle(root).fontSize) / 3;
  const over = (one) => one && one.scrollHeight > one.clientHeight + slack;
  const box = (one) => one.getBoundingClientRect();
  const reading = "h1, p, dl > div, li, .button, .chip, .choice, .stepper, .tile, .notice, .slip";
  // What is seen or not as one: no half a line, and no half a button above the main action.
  const pieces = () => [...document.querySelectorAll("main h1, main *")].filter(
    (one) => one.matches(reading) && !one.parentElement.closest(reading) && box(one).height > 4
      && !pinned(one));
  const pinned = (one) => one.closest(".button--main") && action()?.contains(one);
  const action = () => {
    const act = document.querySelector("main .button--main");
    const held = act?.closest("main > .hand > *");
    return held && getComputedStyle(held).position === "sticky" ? held : null;
  };
  const edges = () => {
    const all = box(document.querySelector("main"));
    const act = action();
    const around = act ? parseFloat(getComputedStyle(act).outlineWidth) || 0 : 0;
    return [all.top - 2, (act ? box(act).top - around : all.bottom) + 2];
  };

  // By whole pieces: what did not fit stands at the other edge next.
  const move = (by) => {
    const main = document.querySelector("main");
    const [top, bottom] = edges();
    const cut = pieces().map(box).filter((its) => by > 0 ? its.bottom > bottom : its.top < top);
    const far = by > 0
      ? Math.min(...cut.map((its) => its.top)) - top - 2
      : Math.max(...cut.map((its) => its.bottom)) - bottom + 2;
    main.scrollBy(0, cut.length && far * by > 4 ? far : by * (bottom - top) * 0.5);
    tidy();
  };

  // An animation of no time: what refresh.js compares stays as it was sent.
  const aside = new Map();
  const tidy = () => {
    const [top, bottom] = edges();
    const all = root.classList.contains("long") ? pieces() : [];
    for (const [one, hiding] of aside) {
      hiding.cancel();
      aside.delete(one);
    }
    for (const one of all) {
      const its = box(one);
      const beyond = its.top < top || its.bottom > bottom;
      if (!beyond || its.height > bottom - top) continue;
      aside.set(one, one.animate({ opacity: 0 }, { duration: 0, fill: "forwards" }));
    }
  };

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
        move(by);
      });
      all.append(button);
    }
    return all;
  };

  const look = () => {
    const main = document.querySelector("main");
    root.classList.remove("long");
    for (const old of document.querySelectorAll(".movers")) old.remove();
    tidy();
    // Large letters have a slack in which half a button could be lost.
    const bottom = edges()[1];
    const cut = root.matches(".larger-150, .larger-200")
      && pieces().some((one) => box(one).bottom > bottom);
    if (!cut && !over(main) && !over(main.querySelector(":scope > .show"))) return;
    root.classList.add("long");
    if (cut || over(main)) document.body.append(movers());
    main.onscroll = tidy;
    tidy();
  };
  look();
  document.fonts.ready.then(look);
  document.addEventListener("changed", look);
  window.addEventListener("resize", look);
})();
