// lobby.js: keeps the panels fresh, sends forms without leaving the page, lets paper be
// dragged to a camera, and counts a guest's time and taps. The page works without it.
(() => {
  "use strict";
  const EVERY_MS = 500;
  const $ = (selector, root = document) => root.querySelector(selector);
  document.documentElement.classList.add("scripted");

  // Panels: the server draws them; only what differs is touched, so that focus, open
  // details and pictures stay as they are.
  let etag = "";
  let asking = false;

  const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.id === b.id;

  const morph = (old, fresh) => {
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) return;
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    if (old instanceof HTMLInputElement && old !== document.activeElement) {
      old.checked = fresh.checked;
      old.value = fresh.value;
    }
    children(old, fresh);
    if (old instanceof HTMLSelectElement && old !== document.activeElement) {
      old.value = fresh.value;
    }
  };

  const children = (old, fresh) => {
    const wanted = [...fresh.childNodes];
    wanted.forEach((node, place) => {
      let here = old.childNodes[place];
      // A new slip or letter comes in front of those that stay.
      if (here && !same(here, node) && node.id) {
        const kept = [...old.childNodes].find((other) => other.id === node.id);
        if (kept) {
          old.insertBefore(kept, here);
          here = kept;
        }
      }
      if (!here) old.appendChild(node.cloneNode(true));
      else if (same(here, node)) morph(here, node);
      else if (node.id) old.insertBefore(node.cloneNode(true), here);
      else old.replaceChild(node.cloneNode(true), here);
    });
    while (old.childNodes.length > wanted.length) old.lastChild.remove();
  };

  const look = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch("/panels", { headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.status === 200) {
        etag = answer.headers.get("ETag") || "";
        const panels = await answer.json();
        for (const [name, html] of Object.entries(panels)) {
          const panel = $(`[data-panel="${name}"]`);
          const draft = document.createElement("template");
          draft.innerHTML = html;
          if (panel) children(panel, draft.content);
        }
      }
      document.body.classList.remove("away");
    } catch {
      document.body.classList.add("away");
    } finally {
      asking = false;
    }
  };
  setInterval(() => document.hidden || look(), EVERY_MS);

  // Forms: the same requests as without scripts, then a fresh look.
  const say = (words, stays = false) => {
    const note = $("[data-stage]");
    note.textContent = words;
    note.hidden = !words;
    clearTimeout(say.later);
    if (words && !stays) say.later = setTimeout(() => say(""), 4000);
  };
  window.lobbySay = say;

  const post = async (path, document_) => {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(document_),
    });
    if (!answer.ok) {
      const trouble = await answer.json().catch(() => ({}));
      say(trouble.error || "That did not work.");
    }
    await look();
    return answer.ok;
  };
  window.lobbyPost = post;

  const words = { true: true, false: false };
  const contents = (form) =>
    Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, words[value] ?? value]));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    post(new URL(form.action).pathname, contents(form));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosend]");
    if (form) post(new URL(form.action).pathname, contents(form));
  });

  // Paper and phones, carried to a camera.
  const KIND = "application/x-front-of-house";
  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.("[data-slip], [data-mail]");
    if (!grip) return;
    const { slip, mail, ticket } = grip.dataset;
    const what = slip ? { slip: Number(slip) } : { mail: Number(mail), ticket: Number(ticket) };
    event.dataTransfer.setData(KIND, JSON.stringify(what));
    event.dataTransfer.effectAllowed = "copyMove";
  });
  const lens = (event) =>
    event.dataTransfer?.types.includes(KIND) ? event.target.closest?.("[data-camera]") : null;
  document.addEventListener("dragover", (event) => {
    const over = lens(event);
    document.querySelectorAll(".lens--over").forEach((old) => old !== over && old.classList.remove("lens--over"));
    if (over) {
      event.preventDefault();
      over.classList.add("lens--over");
    }
  });
  document.addEventListener("drop", (event) => {
    const over = lens(event);
    if (!over) return;
    event.preventDefault();
    over.classList.remove("lens--over");
    post(`/cameras/${over.dataset.camera}/show`, JSON.parse(event.dataTransfer.getData(KIND)));
  });
  document.addEventListener("dragend", () => {
    document.querySelectorAll(".lens--over").forEach((old) => old.classList.remove("lens--over"));
  });

  // Which screen size and which door: remembered for this tab.
  for (const name of ["size", "door"]) {
    const kept = sessionStorage.getItem(`lobby-${name}`);
    const radio = kept && $(`input[name="${name}"][value="${kept}"]`);
    if (radio) radio.checked = true;
    document.addEventListener("change", (event) => {
      if (event.target.name === name) sessionStorage.setItem(`lobby-${name}`, event.target.value);
    });
  }

  // The stopwatch: from the first touch to the last page of a sale.
  const watch = { began: 0, taps: 0, ended: 0 };
  const showWatch = () => {
    const place = $("[data-stopwatch]");
    if (!watch.began) return;
    const seconds = ((watch.ended || performance.now()) - watch.began) / 1000;
    const taps = watch.taps === 1 ? "1 tap" : `${watch.taps} taps`;
    place.innerHTML = "";
    const bold = document.createElement("b");
    bold.textContent = `${seconds.toFixed(1)} s, ${taps}`;
    place.append(bold, watch.ended ? " from touch to tickets" : " so far");
  };
  setInterval(() => watch.began && !watch.ended && showWatch(), 100);

  // A screen whose program was not there yet, or was pulled, shows the browser's own page and
  // answers nobody. Asked twice in vain, it is opened again.
  const SCREEN_MS = 2500;
  const screens = [...document.querySelectorAll("iframe[data-screen]")].map((frame) => ({
    frame,
    home: new URL(frame.src),
    unheard: 0,
  }));
  window.addEventListener("message", (event) => {
    const screen = screens.find((one) => one.frame.contentWindow === event.source);
    if (screen) screen.unheard = 0;
  });
  setInterval(() => {
    for (const screen of screens) {
      if (screen.unheard >= 2) {
        screen.unheard = 0;
        screen.frame.src = screen.home.href;
      } else {
        screen.unheard += 1;
        screen.frame.contentWindow.postMessage({ foh: "words" }, "*");
      }
    }
  }, SCREEN_MS);

  window.addEventListener("message", (event) => {
    const frame = $('iframe[data-screen="kiosk"]');
    if (event.source !== frame.contentWindow) return;
    const told = event.data || {};
    if (told.foh === "tap") {
      if (!watch.began || watch.ended) Object.assign(watch, { began: performance.now(), taps: 0, ended: 0 });
      watch.taps += 1;
      showWatch();
    }
    if (told.foh === "page" && watch.began && !watch.ended) {
      if (/\/done\b/.test(told.path) || /Enjoy the show/.test(told.title)) watch.ended = performance.now();
      else if (told.path === "/") Object.assign(watch, { began: 0, taps: 0, ended: 0 });
      showWatch();
    }
  });
  look();
})();
