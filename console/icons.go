package console

import "html/template"

// icons are drawn on a grid of 20 by lines of the text's colour.
var icons = map[string]string{
	"home":    `<path d="M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-4v-5H8v5H4a1 1 0 0 1-1-1z"/>`,
	"box":     `<path d="M10 3 16.5 6.5v7L10 17l-6.5-3.5v-7zM3.8 6.7 10 10l6.2-3.3M10 10v7"/>`,
	"chip":    `<path d="M6 5h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM8 2.5V5M12 2.5V5M8 15v2.5M12 15v2.5M2.5 8H5M2.5 12H5M15 8h2.5M15 12h2.5"/>`,
	"waves":   `<path d="M3 6h14M3 10h9M3 14h12"/>`,
	"shield":  `<path d="M10 3l6 2v5c0 3.5-2.5 6-6 7.5C6.5 16 4 13.5 4 10V5zM8 8l4 4M12 8l-4 4"/>`,
	"cloud":   `<path d="M6 15.5a3.5 3.5 0 0 1-.3-7A4.5 4.5 0 0 1 14.4 8a3.75 3.75 0 0 1 0 7.5z"/>`,
	"sliders": `<path d="M3 6h7M14 6h3M3 14h3M10 14h7"/><circle cx="12" cy="6" r="2"/><circle cx="8" cy="14" r="2"/>`,
	"plus":    `<path d="M10 4v12M4 10h12"/>`,
	"search":  `<circle cx="9" cy="9" r="5"/><path d="m13 13 4 4"/>`,
	"pause":   `<path d="M7 4v12M13 4v12"/>`,
	"play":    `<path d="M6 4l10 6-10 6z"/>`,
}

// icon is a small drawing that says nothing to who cannot see it: a text stands beside it.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">` + icons[name] + `</svg>`) // our own text
}
