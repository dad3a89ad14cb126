// Everything wrong with how a page lies on the glass, in sentences.
() => {
  const wrong = [];
  const root = document.scrollingElement;
  const W = innerWidth, H = innerHeight;
  const mm = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--mm"));
  const text = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const said = (tag) => (tag.ariaLabel || tag.textContent).trim().replace(/\s+/g, " ").slice(0, 30);
  const seen = (tag) => {
    if (tag.closest(".aloud, svg")) return false;
    const style = getComputedStyle(tag), box = tag.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && style.clipPath === "none";
  };
  if (root.scrollWidth > W || root.scrollHeight > H) wrong.push("the page scrolls");
  const small = H < 600, tall = H > W, door = document.body.matches(".door");
  for (const tag of document.querySelectorAll("body *")) {
    if (!seen(tag)) continue;
    const box = tag.getBoundingClientRect();
    const control = tag.matches("a, button, input:not([type=checkbox]), label.choice");
    const words = !tag.childElementCount && tag.textContent.trim() && !tag.closest(".poster, .house");
    const out = box.left < -1 || box.top < -1 || box.right > W + 1 || box.bottom > H + 1;
    if (out && (control || words)) wrong.push("cut: " + said(tag));
    if (words && parseFloat(getComputedStyle(tag).fontSize) < text - 1) wrong.push("small letters: " + said(tag));
    if (!control) continue;
    const key = small && tag.closest(".keys");
    const main = tag.matches(".button--main") ? 20 : 15;
    if (box.width < (key ? 12 : main) * mm - 1 || box.height < (key ? 13 : main) * mm - 1)
      wrong.push(`small: ${said(tag)} ${(box.width / mm).toFixed(1)} × ${(box.height / mm).toFixed(1)} mm`);
    if (tall && !door && box.top < 0.55 * H - 1) wrong.push("out of reach: " + said(tag));
    if (tag.scrollWidth > tag.clientWidth + 2 || tag.scrollHeight > tag.clientHeight + 2)
      wrong.push("words wider than their button: " + said(tag));
  }
  const parts = [...document.querySelectorAll(
    "main a, main button, main p, main h1, main dl, main label, .stepper, .house, .bar .button, .languages .button"
  )].filter(seen);
  parts.forEach((one, n) => parts.slice(n + 1).forEach((other) => {
    if (one.contains(other) || other.contains(one)) return;
    const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 3 && high > 3) wrong.push(`${said(one)} covers ${said(other)}`);
  }));
  return wrong;
}
