// demo.js: only in the desk-top lobby. The page that frames this one presses buttons by the names
// that a screen reader says, and counts what is touched.
//   to us:   {foh: "press", name} | {foh: "type", label, text} | {foh: "untick", name} | {foh: "choose", label, option} | {foh: "key", key} | {foh: "words"} | {foh: "open", path}
//   from us: {foh: "page", path, title, words, shown} | {foh: "tap", name} | {foh: "pressed", name, found}
(() => {
  "use strict";
  if (window.parent === window) return;
  const parent = document.referrer ? new URL(document.referrer).origin : "*";
  const own = parent === location.origin ? "*" : parent;
  const tell = (what) => window.parent.postMessage(what, own);
  const line = (text) => text.replace(/\s+/g, " ").trim();
  const name = (tag) => line(tag.getAttribute("aria-label") || tag.textContent || "");

  const page = () => {
    const labels = [...document.querySelectorAll("[aria-label]")].map((tag) => tag.ariaLabel);
    tell({
      foh: "page",
      path: location.pathname + location.search,
      title: line(document.querySelector("h1")?.textContent || ""),
      words: line([document.body.innerText, ...labels].join(" ")),
      shown: Number(document.body.dataset.shown || 0),
    });
  };

  const find = (wanted) => {
    const all = [...document.querySelectorAll("a[href], button:not([disabled])")].filter(
      (tag) => tag.getClientRects().length && !tag.closest("[aria-hidden=true]"),
    );
    const low = wanted.toLowerCase();
    return (
      all.find((tag) => name(tag).toLowerCase() === low) ||
      all.find((tag) => name(tag).toLowerCase().startsWith(low)) ||
      all.find((tag) => name(tag).toLowerCase().includes(low))
    );
  };

  window.addEventListener("message", (event) => {
    const asked = event.data || {};
    if (event.source !== window.parent || typeof asked.foh !== "string") return;
    if (asked.foh === "words") page();
    if (asked.foh === "open") location.assign(asked.path);
    if (asked.foh === "press") {
      const tag = find(asked.name);
      tell({ foh: "pressed", name: asked.name, found: Boolean(tag) });
      if (tag) {
        tag.classList.add("pressed");
        tag.click();
      }
    }
    if (asked.foh === "key") {
      const stop = document.activeElement || document.body;
      stop.dispatchEvent(new KeyboardEvent("keydown", { key: asked.key, bubbles: true, cancelable: true }));
      tell({ foh: "pressed", name: asked.key, found: true, heard: name(document.activeElement) });
      if (asked.key === "Enter") stop.click();
    }
    if (asked.foh === "choose") {
      const low = asked.label.toLowerCase();
      const label = [...document.querySelectorAll("label")].find((tag) =>
        name(tag).toLowerCase().includes(low),
      );
      const list = label && document.getElementById(label.htmlFor);
      const option = list && [...list.options].find((one) => one.text.includes(asked.option));
      tell({ foh: "pressed", name: asked.label, found: Boolean(option) });
      if (option) option.selected = true;
    }
    if (asked.foh === "untick") {
      const low = asked.name.toLowerCase();
      const label = [...document.querySelectorAll("label")].find(
        (tag) => tag.control?.checked && tag.textContent.toLowerCase().includes(low),
      );
      tell({ foh: "pressed", name: asked.name, found: Boolean(label) });
      label?.control.click();
    }
    if (asked.foh === "type") {
      const low = asked.label.toLowerCase();
      const label = [...document.querySelectorAll("label")].find((tag) =>
        name(tag).toLowerCase().includes(low),
      );
      const field = label && document.getElementById(label.htmlFor);
      tell({ foh: "pressed", name: asked.label, found: Boolean(field) });
      if (field) {
        field.focus();
        field.value = asked.text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  });

  document.addEventListener("click", (event) => {
    const tag = event.target.closest("a[href], button");
    if (tag) tell({ foh: "tap", name: name(tag) });
  }, true);
  new MutationObserver(page).observe(document.body, { childList: true, subtree: false });
  page();
})();
