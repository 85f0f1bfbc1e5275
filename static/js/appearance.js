// A theme is seen as soon as it is chosen; the form saves it.
document.addEventListener("change", ({target}) => {
  if (target.name !== "theme") return;
  const root = document.documentElement;
  if (target.value === "system") delete root.dataset.theme;
  else root.dataset.theme = target.value;
});
