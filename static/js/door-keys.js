// door-keys.js: keys on the door's own screen, which has none. Letters and digits, or digits.
(() => {
  "use strict";
  const fields = [...document.querySelectorAll("input[data-keys]")];
  if (!fields.length) return;
  const ROWS = {
    digits: ["123", "456", "789", ":.0-"],
    pin: ["123", "456", "789", "0"],
    letters: ["1234567890", "QWERTYUIOPÅ", "ASDFGHJKLÆØ", "ZXCVBNM-"],
  };
  const board = document.createElement("div");
  board.className = "keys keys--door";
  document.querySelector("main").append(board);
  let field = fields.find((one) => !one.value) || fields[0];

  const key = (text, name, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = text;
    if (name) button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    return button;
  };
  const put = (text) => {
    if (field.maxLength < 0 || field.value.length < field.maxLength) field.value += text;
  };
  const draw = () => {
    board.replaceChildren(
      ...ROWS[field.dataset.keys].map((letters, n, rows) => {
        const row = document.createElement("div");
        row.className = "keys__row";
        row.append(...[...letters].map((letter) => key(letter, "", () => put(letter))));
        if (n === rows.length - 1) {
          if (field.dataset.keys === "letters") row.append(key("␣", "Space", () => put(" ")));
          row.append(
            key("⌫", "Erase", () => {
              field.value = field.value.slice(0, -1);
            }),
          );
        }
        return row;
      }),
    );
    board.hidden = false;
    document.body.classList.toggle("door--digits", field.dataset.keys !== "letters");
    for (const one of fields) one.closest(".field").classList.toggle("field--now", one === field);
  };
  for (const one of fields) {
    one.inputMode = "none";
    one.addEventListener("focus", () => {
      field = one;
      draw();
    });
  }
  // What was found comes first; a touch on the field brings the keys back.
  board.hidden = true;
  document.body.classList.add("typing");
  if (document.querySelector(".door__rows form")) return;
  field.focus({ preventScroll: true });
  draw();
})();
