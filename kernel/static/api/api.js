// Draws the OpenAPI document of the service that this page belongs to, in the theme of the reader's system.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const place = document.getElementById("api");
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null, // the validator is another host's
  persistAuthorization: false, // a token stays out of the browser's storage
  presets: [SwaggerUIBundle.presets.apis],
});
