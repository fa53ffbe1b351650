// What is wrong with the page that is open: its width, figures without a formula, findings of axe.
async ([rules, labels]) => {
  const said = (e) => (e.querySelector("a") || e).textContent.trim().replace(/[ ▾▴↑↓]+$/, "");
  const explains = (e) => e && (e.title || e.querySelector("[title]"));
  const unsaid = [...document.querySelectorAll("th, dt")]
    .filter((e) => labels.includes(said(e)))
    .filter((e) => !e.closest("[title]") && !explains(e) && !explains(e.nextElementSibling))
    .map(said);
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  const first = (node) => (node.any[0] || node.all[0] || node.none[0] || { message: "" }).message;
  return {
    wide: document.documentElement.scrollWidth - window.innerWidth,
    unsaid,
    violations: found.violations.map((violation) => ({
      id: violation.id,
      impact: violation.impact,
      nodes: violation.nodes.map((node) => `${node.target.join(" ")}: ${first(node)}`),
    })),
  };
}
