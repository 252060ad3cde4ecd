package editor

import (
	"os"
	"testing"

	"masthead.dev/masthead/internal/testkit/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m.Run)) }
