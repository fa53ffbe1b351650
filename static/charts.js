// Puts charts into their places. Text and frame stand before; a chart's space is kept, so nothing jumps.
// Drawings come from our own server as SVG with classes: one group a series (data-series, data-label),
// and over the plot one clear rectangle a day (rect.column) whose data-* are the exact figures.
(() => {
  "use strict";

  const legend = (box, svg) => {
    const place = box.closest(".card")?.querySelector("[data-legend]");
    if (!place) return;
    for (const part of svg.querySelectorAll("g[data-series]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = part.dataset.series;
      button.setAttribute("aria-pressed", "true");
      button.append(document.createElement("i"), part.dataset.label);
      button.addEventListener("click", () => {
        const isOn = part.classList.toggle("is-off") === false;
        button.setAttribute("aria-pressed", String(isOn));
      });
      place.append(button);
    }
  };

  const tooltip = (box, svg) => {
    const series = [...svg.querySelectorAll("g[data-series]")].map((g) => [g.dataset.series, g.dataset.label]);
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    box.append(tip);
    for (const column of svg.querySelectorAll("rect.column")) {
      column.querySelector("title")?.remove(); // the tooltip below says the same, at once and in full
      const link = column.closest("a");
      if (link) link.setAttribute("aria-label", [column.dataset.label, ...series.map(([key, label]) => `${label}: ${column.dataset[key]}`)].join(", "));
      const show = () => {
        const day = document.createElement("strong");
        day.textContent = column.dataset.label;
        const lines = series.filter(([key]) => column.dataset[key]).map(([key, label]) => {
          const line = document.createElement("div");
          const name = document.createElement("span");
          const dot = document.createElement("i");
          dot.className = `dot ${key}`;
          name.append(dot, label);
          const figure = document.createElement("b");
          figure.textContent = column.dataset[key];
          line.append(name, figure);
          return line;
        });
        tip.replaceChildren(day, ...lines);
        tip.hidden = false;
        const place = column.getBoundingClientRect();
        const frame = box.getBoundingClientRect();
        const middle = place.left - frame.left + place.width / 2;
        const left = middle > frame.width / 2 ? middle - tip.offsetWidth - 12 : middle + 12;
        tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
        tip.style.top = "12px";
      };
      const hide = () => { tip.hidden = true; };
      column.addEventListener("pointerenter", show);
      column.addEventListener("pointerleave", hide);
      link?.addEventListener("focus", show);
      link?.addEventListener("blur", hide);
    }
  };

  const insert = async (box) => {
    const width = Math.round(box.getBoundingClientRect().width) || 860;
    const address = `${box.dataset.chart}${box.dataset.chart.includes("?") ? "&" : "?"}w=${width}`;
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
    if (drawing.localName !== "svg") throw new Error("not a drawing");
    const svg = document.importNode(drawing, true);
    box.querySelector(".waiting")?.remove();
    box.append(svg);
    legend(box, svg);
    tooltip(box, svg);
  };

  for (const box of document.querySelectorAll("[data-chart]")) {
    insert(box).catch(() => {
      const waiting = box.querySelector(".waiting");
      if (waiting) waiting.textContent = "—";
    });
  }
})();
