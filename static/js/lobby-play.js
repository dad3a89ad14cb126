// lobby-play.js: plays a scenario on the page, as a person would.
