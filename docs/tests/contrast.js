// Returns the texts of a page that are too faint to read by WCAG 2 AA, each with its contrast (1.4.3).
() => {
  const numbers = (text) => {
    const found = text.startsWith("rgb") ? text.match(/[\d.]+/g).map(Number) : null;
    return found && [...found.slice(0, 3), found[3] ?? 1];
  };
  const over = (top, under) => top.slice(0, 3).map((each, place) => each * top[3] + under[place] * (1 - top[3]));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((each) => (each <= 10.31475 ? each / 3294.6 : ((each / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const isSeen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !element.closest("script, style, noscript, title, select");
  const isLarge = ({ fontSize, fontWeight }) => parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && fontWeight >= 700);

  const found = new Map();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    if (!text || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    const isDrawn = element.closest("svg") !== null;
    const layers = [];
    const bar = isDrawn && element.parentElement.querySelector(":scope > rect");
    if (bar) layers.push(numbers(getComputedStyle(bar).fill));
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      const { opacity: own, backgroundColor } = getComputedStyle(at);
      opacity *= own;
      layers.push(numbers(backgroundColor));
    }
    const ground = layers.filter(Boolean).reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
    const [red, green, blue, alpha] = numbers(isDrawn ? style.fill : style.color);
    const [dark, light] = [luminance(over([red, green, blue, alpha * opacity], ground)), luminance(ground)].sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < (isLarge(style) ? 3 : 4.5)) {
      found.set(`${element.tagName} ${element.getAttribute("class")}`, `${contrast.toFixed(2)} ${text.slice(0, 30)}`);
    }
  }
  return [...found].map((each) => each.join(": "));
}
