// How every page looks: light or dark, narrow or wide, on screen or on paper. When to draw it again.
const look = (() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 640px)");
  const plots = [...document.querySelectorAll(".plot")];
  const config = { responsive: true, displaylogo: false, displayModeBar: false, scrollZoom: false };
  let printing = false;

  // What Python put into the page; a live page gets it from its server instead.
  const embedded = () => JSON.parse(document.getElementById("run-data").textContent);
  const theme = () => (printing ? "light" : root.dataset.theme || (dark.matches ? "dark" : "light"));
  const size = () => (narrow.matches ? "narrow" : "wide");
  // The traces and layout of a plot, out of `data.figures`.
  const figure = (data, plot) => data.figures[theme()][size()][plot.dataset.chart];

  // Draws now and whenever the look changes; `ready` is called once, after the first time.
  const start = (draw, ready) => {
    const toggle = document.getElementById("theme");
    const label = () => { toggle.textContent = theme() === "dark" ? "Light theme" : "Dark theme"; };
    toggle.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      label();
      draw();
    });
    dark.addEventListener("change", () => { label(); draw(); });
    narrow.addEventListener("change", draw);
    addEventListener("beforeprint", () => { printing = true; draw(); });
    addEventListener("afterprint", () => { printing = false; draw(); });
    label();
    draw().then(() => {
      ready();
      root.dataset.drawn = "true";
    });
  };
  return { plots, config, embedded, theme, size, figure, start };
})();
