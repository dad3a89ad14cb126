// refresh.js: a page that tells how something stands asks again and changes in place.
// data-refresh-s: how often. data-state: what is shown; equal states change nothing.
// data-leave-s, data-next: when the page has had its time, and where it goes then. What is left
// of the time is counted in [data-left], also until data-next where that is all there is.
(() => {
  "use strict";
  const body = document.body;
  const parse = new DOMParser();
  let asking = false;

  // A page of another kind brings sheets of its own, which have to be there before it shows.
  const sheets = (page) =>
    [...page.querySelectorAll("link[rel=stylesheet]")].map((one) => one.getAttribute("href")).join(" ");

  const name = (one) => `${one.tagName} ${one.name || ""} ${one.ariaLabel || one.textContent.trim()}`;
  // What was fetched is shown only if it differs: a touch that comes at that moment counts.
  const shown = new Map();
  const same = (old, now) => {
    const before = shown.get(old.tagName) ?? old.outerHTML;
    shown.set(old.tagName, now.outerHTML);
    return before === now.outerHTML;
  };

  const show = (page) => {
    const fresh = page.body;
    document.title = page.title;
    document.documentElement.className = page.documentElement.className;
    body.className = fresh.className;
    for (const name of ["state", "refreshS", "leaveS", "next"]) {
      if (name in fresh.dataset) body.dataset[name] = fresh.dataset[name];
      else delete body.dataset[name];
    }
    let changed = false;
    for (const part of ["header.top", "main", "nav.bar"]) {
      const old = document.querySelector(part);
      const now = page.querySelector(part);
      if (!old || !now || same(old, now)) continue;
      changed = true;
      const held = old.contains(document.activeElement) && name(document.activeElement);
      old.replaceWith(now);
      // Whoever goes by keys stays on what they have heard.
      const there = [...now.querySelectorAll("a[href], button, input, select, h1[tabindex]")];
      if (held) there.find((one) => name(one) === held)?.focus({ preventScroll: true });
    }
    if (changed) document.dispatchEvent(new Event("changed"));
  };

  const ask = async () => {
    if (asking || document.documentElement.dataset.leaving) return;
    asking = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const text = await answer.text();
      // Whoever has pressed something meanwhile goes where that leads.
      if (document.documentElement.dataset.leaving) return;
      if (new URL(answer.url).pathname !== location.pathname) {
        location.replace(answer.url);
        return;
      }
      if (!answer.ok) return;
      const page = parse.parseFromString(text, "text/html");
      // How long a page may stay untouched, or stands at all, is read at its start.
      const other = ["idleS", "leaveS"].some((one) => page.body.dataset[one] !== body.dataset[one]);
      if (other || sheets(page) !== sheets(document)) {
        location.reload();
        return;
      }
      if (page.body.dataset.state === undefined || page.body.dataset.state !== body.dataset.state) {
        show(page);
      }
    } catch {
      // The kiosk process is starting again; the next question finds it.
    } finally {
      asking = false;
      later();
    }
  };

  const left = (ends) => {
    const left_s = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    const figure = document.querySelector("[data-left]");
    if (figure && figure.textContent !== String(left_s)) figure.textContent = String(left_s);
    return left_s;
  };

  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    const wait_s = Number(body.dataset.refreshS);
    if (!wait_s) return;
    timer = setTimeout(() => {
      if (body.dataset.next) location.replace(body.dataset.next);
      else ask();
    }, wait_s * 1000);
  };
  later();
  if (body.dataset.next && !body.dataset.leaveS) {
    const ends = performance.now() + Number(body.dataset.refreshS) * 1000;
    setInterval(() => left(ends), 250);
  }

  if (body.dataset.leaveS) {
    // Whoever still touches the screen is still here.
    let ends;
    const count = () => {
      if (left(ends)) return;
      clearInterval(counting);
      location.replace("/gone");
    };
    const stay = () => {
      ends = performance.now() + Number(body.dataset.leaveS) * 1000;
      count();
    };
    const counting = setInterval(count, 250);
    addEventListener("pointerdown", stay);
    addEventListener("keydown", stay);
    stay();
  }
})();
