package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const secretToken = "7q3m9v0k2t5w8x1z4b6c0d3f5g7h9j2k4m6n8p0q3r5s7t9v1w3x"

func TestTheLogOfRequestsHoldsNoToken(t *testing.T) {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(was)
	h := WithLog(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }))
	for _, path := range []string{
		"/my/link/" + secretToken, "/de/my/link/" + secretToken, "/my/link/" + secretToken + ".", "/my/link/" + secretToken + ".)",
		"/my/link/" + secretToken + "-x", "/my/link//" + secretToken + ".", "/MY/LINK/" + strings.ToUpper(secretToken) + ",", "/my/link/" + secretToken[:20] + "-",
		"/desk/link/" + secretToken + ".", "/my/link/" + secretToken + "?done=cancel",
	} {
		log.Reset()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		if line := strings.ToLower(log.String()); !strings.Contains(line, "path=") || strings.Contains(line, secretToken[4:14]) {
			t.Errorf("%s is logged as %s", path, line)
		}
	}
	for _, path := range []string{"/2026/11/the-late-bus-stays-for-three-more-years", "/give/costs-2026", "/my/plans", "/", "/desk/link"} {
		if got := Redact(path); got != path {
			t.Errorf("%s is logged as %s", path, got)
		}
	}
}
