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
  const page = () => {
    const heading = document.querySelector("h1");
    const rest = document.querySelector("main");
    return `${heading ? heading.innerText : ""}. ${rest ? rest.innerText : ""}`;
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
