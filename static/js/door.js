// door.js: the next verdict the moment it is there: seen, heard and felt.
(() => {
  "use strict";
  const body = document.body;
  const parse = new DOMParser();
  const VIBRATE = {
    go: [80],
    note: [80, 80, 80],
    ask: [180, 120, 180],
    no: [500],
    cant_check: [80, 60, 80, 60, 80],
  };
  const sounds = Object.fromEntries(
    [...Object.keys(VIBRATE), "second"].map((name) => [name, new Audio(`/static/sounds/${name}.wav`)]),
  );
  let newest = Number(body.dataset.door) || 0;
  let timer = 0;

  const announce = (silent, second) => {
    const kind = body.dataset.sound;
    if (!kind || silent || body.dataset.quiet) return;
    // Before the first touch a browser does not shake, and complains.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(VIBRATE[kind] || []);
    const sound = sounds[second ? "second" : kind];
    if (sound) {
      sound.currentTime = 0;
      sound.play().catch(() => {});
    }
  };

  const show = async (address) => {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) return;
    const page = parse.parseFromString(await answer.text(), "text/html");
    body.className = page.body.className;
    for (const name of ["door", "sound", "shown", "staysMs", "silent", "sight"]) {
      if (name in page.body.dataset) body.dataset[name] = page.body.dataset[name];
      else delete body.dataset[name];
    }
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.dispatchEvent(new CustomEvent("shown"));
    clearTimeout(timer);
    if (body.dataset.staysMs) {
      timer = setTimeout(rest, Number(body.dataset.staysMs));
    }
  };
  // GO has had its time; a red page waits for a touch or another code.
  const rest = () => show(`${body.dataset.page}?seen=${newest}`).catch(() => {});

  const trouble = (words) => {
    const strip = document.querySelector("[data-trouble]");
    if (!strip) return;
    strip.textContent = words;
    strip.hidden = !words;
  };

  const listen = async () => {
    for (;;) {
      try {
        const sight = body.dataset.sight || "";
        const of = body.dataset.quiet ? "" : `&sight=${sight}`;
        const answer = await fetch(`${body.dataset.news}?after=${newest}&wait=20${of}`, {
          cache: "no-store",
        });
        const news = await answer.json();
        if (news.id > newest) {
          const second = Boolean(body.dataset.shown);
          const before = newest;
          newest = news.id;
          await show(`${body.dataset.page}?seen=${before}`);
          announce(body.dataset.silent, second);
        } else {
          newest = Math.max(newest, news.id || 0);
          if (of && news.sight !== sight) {
            // A GO stands alone for its moment; a verdict that stays makes room for a fault.
            if (body.dataset.shown) {
              body.dataset.sight = news.sight;
              trouble(news.trouble);
            } else await rest();
          }
          await new Promise((done) => setTimeout(done, 100));
        }
      } catch {
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  };
  if (body.dataset.staysMs) timer = setTimeout(rest, Number(body.dataset.staysMs));
  setTimeout(listen, 20);
  // Counters, clock and badge grow old without a scan, too; a verdict stays as it is.
  const GROWS_OLD = [".door__figures", ".door__clock", ".door__badge"];
  const look = async () => {
    const answer = await fetch(`${body.dataset.page}?seen=${newest}&glance=1`, { cache: "no-store" });
    if (!answer.ok) return;
    const page = parse.parseFromString(await answer.text(), "text/html");
    for (const name of GROWS_OLD) {
      const here = document.querySelector(name);
      const there = page.querySelector(name);
      if (here && there) here.replaceWith(there);
    }
  };
  setInterval(() => {
    if (body.dataset.shown) look().catch(() => {});
    else rest();
  }, 10000);
})();
