// Hands a form to allauth's passkey script: which ways the form goes stands in it, because
// the site's policy allows no script in a page.
(function () {
  "use strict";

  const button = "passkey_button";
  const ids = {
    authenticate: button,
    add: button,
    login: button,
    credential: "passkey_credential",
    data: "passkey_data",
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const used = { ...ids };
    if (form.elements.passwordless) used.passwordless = form.elements.passwordless.id;
    window.allauth.webauthn.forms[`${form.dataset.passkey}Form`]({ ids: used });
    form.hidden = false;
  });

  // Somebody who closes the browser's question may press the button again.
  document.addEventListener("allauth.error", (event) => event.preventDefault());
})();
