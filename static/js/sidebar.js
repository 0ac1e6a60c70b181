// A side bar that is taller than the window shows where one is, and not its beginning each time.
document.querySelector(".sidebar [aria-current]")?.scrollIntoView({ block: "nearest" });
