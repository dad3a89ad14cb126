// staff.js: keys for people who type faster than they point. Everything works without it.
(() => {
  "use strict";
  const typing = (element) => element && element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const go = (key) => {
    const link = document.querySelector(`[data-key="${key}"]`);
    if (link) link.click();
  };
  const help = document.getElementById("keys");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const field = document.querySelector("input[type=search]");
      if (field) field.focus();
      else go("/");
      event.preventDefault();
    } else if (event.key === "n") {
      go("n");
    } else if (event.key === "?" && help) {
      help.open ? help.close() : help.showModal();
      event.preventDefault();
    }
  });

  // A table wider than the screen is scrolled with keys, too.
  document.querySelectorAll("table").forEach((table) => {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
  });

  // What is sent is sent once: the button greys on the first press (ORD9).
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") {
      form.dataset.sent = "1";
      setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
      setTimeout(() => {
        delete form.dataset.sent;
        form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
      }, 4000);
    }
  });
})();
