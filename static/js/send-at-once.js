// Sends the form marked data-send-at-once as soon as the page is there; its button stays for whoever has no JavaScript.
document.querySelector("form[data-send-at-once]")?.submit();
