// What is wrong with the page that is open: its width, figures without a formula, findings of axe
// (of long tables in the first rows, which are made like the others).
async ([rules, labels]) => {
  const boxes = [...document.querySelectorAll("[data-chart]")];
  const isDrawn = (box) => box.querySelector("svg");
  for (let n = 0; n < 400 && !boxes.every(isDrawn); n += 1) {
    await new Promise((next) => setTimeout(next, 20));
  }
  const said = (e) => (e.querySelector("a") || e).textContent.trim().replace(/[ ▾▴↑↓]+$/, "");
  const explains = (e) => e && (e.title || e.querySelector("[title]"));
  const unsaid = [...document.querySelectorAll("th, dt")]
    .filter((e) => labels.includes(said(e)))
    .filter((e) => !e.closest("[title]") && !explains(e) && !explains(e.nextElementSibling))
    .map(said);
  const where = { exclude: [["tbody tr:nth-child(n+5)"], ["option:nth-child(n+5)"]] };
  const found = await axe.run(where, { runOnly: rules, resultTypes: ["violations"] });
  const first = (node) => (node.any[0] || node.all[0] || node.none[0] || { message: "" }).message;
  return {
    wide: document.documentElement.scrollWidth - window.innerWidth,
    unsaid,
    undrawn: boxes.filter((box) => !isDrawn(box)).map((box) => box.dataset.chart),
    violations: found.violations.map((violation) => ({
      id: violation.id,
      impact: violation.impact,
      nodes: violation.nodes.map((node) => `${node.target.join(" ")}: ${first(node)}`),
    })),
  };
}
