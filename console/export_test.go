package console

// What the tests of package console_test need of the inside. They stand outside because the server that they run has this package in it.
const (
	LangCookie = langCookie
	ZH         = zh
	EN         = en
	PageRows   = pageRows
	FloodRows  = floodRows
)

var (
	RefValues = refValues
	LinkURL   = linkURL
	LocalPath = localPath
	Cut       = cut
)

// Views are the patterns of the pages and of what their forms do.
func Views() []string {
	var out []string
	for pattern := range (&door{}).views() {
		out = append(out, pattern)
	}
	return out
}

// Lang is a language of the pages.
type Lang = lang
