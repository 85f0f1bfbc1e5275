// Says in words what a crontab of the timetable means.
(function () {
  "use strict";

  const words = JSON.parse(document.getElementById("readable-crontabs").textContent);
  const choice = document.getElementById("id_crontab");
  const row = document.querySelector(".field-crontab");
  const plain = document.querySelector(".field-crontab_translation");
  if (!choice || !row) return;

  const said = document.createElement("div");
  said.className = "help";
  row.append(said);
  if (plain) plain.hidden = true;

  function say() {
    said.textContent = words[choice.value] || "";
  }
  choice.addEventListener("change", say);
  say();
})();
