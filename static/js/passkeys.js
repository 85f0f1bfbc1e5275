// Hands a form to allauth's passkey script: what it needs stands in the form, because the
// site's policy allows no script in a page.
(function () {
  "use strict";

  const ids = {
    authenticate: "passkey_button",
    add: "passkey_button",
    login: "passkey_button",
    credential: "passkey_credential",
    passwordless: "id_passwordless",
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const { passkey, options } = form.dataset;
    const start = window.allauth.webauthn.forms[`${passkey}Form`];
    const used = { ...ids };
    if (!document.getElementById(ids.passwordless)) delete used.passwordless;
    start({ ids: used, data: options ? JSON.parse(options) : undefined });
  });

  // Somebody who closes the browser's question may press the button again.
  document.addEventListener("allauth.error", (event) => event.preventDefault());
})();
