// keypad.js: pages by keys, and pages read aloud. The tactile pad sends ArrowUp, ArrowDown,
// Enter, Escape and F1; a keyboard sends the same. Nothing else that is typed leaves the page.
(() => {
  "use strict";
  const body = document.body;
  const SEEN = "a[href], button:not([disabled]), input:not([type=hidden]), select, h1[tabindex]";
  const sound = new Audio();
  let asked = 0;

  const say = async (text) => {
    const voice = body.dataset.voice;
    if (!voice || !text) return;
    const mine = ++asked;
    sound.pause();
    const form = new URLSearchParams({ text, csrf_token: body.dataset.token });
    const answer = await fetch(voice, { method: "POST", body: form }).catch(() => null);
    if (!answer || answer.status !== 201) return;
    const address = await answer.text();
    if (mine !== asked) return;
    sound.src = address;
    sound.play().catch(() => {});
  };

  const name = (one) =>
    one.getAttribute("aria-label") ||
    (one.labels && one.labels[0] && one.labels[0].innerText) ||
    one.innerText ||
    "";
  // What is only drawn, what ears hear elsewhere, and the keys under the fields say nothing.
  const SILENT = "svg, script, noscript, [aria-hidden=true], [data-keyboard]";
  const lines = (from, not) => {
    const found = [""];
    const walk = (one) => {
      if (one.nodeType === Node.TEXT_NODE) found[found.length - 1] += one.data;
      if (one.nodeType !== Node.ELEMENT_NODE || one === not || one.matches(SILENT)) return;
      const { display, visibility } = getComputedStyle(one);
      if (display === "none" || visibility === "hidden") return;
      const apart = !display.startsWith("inline") || one.matches("a, button, label");
      if (apart) found.push("");
      if (one.matches("a, button") && one.innerText && one.ariaLabel) found.push(one.ariaLabel);
      else one.childNodes.forEach(walk);
      if (apart) found.push("");
    };
    walk(from);
    return found;
  };
  // The heading, then all else in its order; each line ends, so that seats do not run together.
  const page = () => {
    const heading = document.querySelector("h1");
    const main = document.querySelector("main");
    const found = [...(heading ? lines(heading) : []), ...(main ? lines(main, heading) : [])];
    return found
      .map((line) => line.replace(/\s+/g, " ").trim())
      .filter((line) => line)
      .map((line) => (/[.?!:]$/.test(line) ? line : `${line}.`))
      .join(" ");
  };
  const seen = () =>
    [...document.querySelectorAll(SEEN)].filter((one) => one.offsetWidth && one.offsetHeight);

  const move = (by) => {
    const all = seen();
    const at = all.indexOf(document.activeElement);
    const next = all[(at + by + all.length) % all.length];
    if (!next) return;
    next.focus();
    if ("aloud" in body.dataset) say(name(next));
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=radio], [type=checkbox]), select");
    const act = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Escape: () => {
        const back = document.querySelector(".bar a.button, .bar button");
        if (back) back.click();
      },
      F1: () => location.assign(body.dataset.help),
    }[event.key];
    if (!act || (typing && event.target.matches("select"))) return;
    event.preventDefault();
    if (body.dataset.voice && !("aloud" in body.dataset)) {
      body.dataset.aloud = "";
      say(page());
    }
    act();
  });
  if ("aloud" in body.dataset) say(page());
  document.addEventListener("say", (event) => {
    if ("aloud" in body.dataset) say(event.detail);
  });
})();
