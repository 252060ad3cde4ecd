package story_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"masthead.dev/masthead/internal/media"
	"masthead.dev/masthead/internal/testkit/browser"
)

func TestAPictureIsChosenFromTheLibraryAndCutByKeyboard(t *testing.T) {
	b := browser.Start(t)
	r, nell, _, story := openDesk(t)
	id := strings.TrimPrefix(linkTo(shelve(nell, map[string][]byte{"bus.jpg": scene(t, 600, 400)}, "credit", "Ines Hallow"), "bus.jpg"), "/desk/media/")
	develop(r, id)
	tab := writing(t, b, nell, served(t, r), story)
	press := func(label string) {
		t.Helper()
		until(t, tab, `(()=>{const b=[...document.querySelectorAll("button")].filter(b=>(b.textContent||"").trim()===`+quoted(label)+`).pop();if(b)b.click();return !!b})()`)
	}
	press("From the library")
	until(t, tab, `document.querySelectorAll(".pick-shots button img").length===1&&document.querySelector(".pick-shots").innerText.includes("Ines Hallow")`)
	if faults := tab.Axe(); len(faults) > 0 {
		t.Errorf("the library: %v", faults)
	}
	press("bus.jpgInes Hallow")
	until(t, tab, `document.querySelector("dialog .focal img")?.naturalWidth>0`)
	if faults := tab.Axe(); len(faults) > 0 {
		t.Errorf("the frame: %v", faults)
	}
	set := browser.Get(tab, chromedp.Evaluate[bool](`(()=>{const pad=document.querySelector("dialog .focal");for(let i=0;i<4;i++)pad.dispatchEvent(new KeyboardEvent("keydown",{key:"ArrowLeft",bubbles:true,cancelable:true}));
		const [left,top,width,height]=document.querySelectorAll("dialog .crop input");const put=(f,v)=>{f.value=v;f.dispatchEvent(new Event("change",{bubbles:true}))};put(width,"50");put(left,"90");return left.value==="50"&&width.value==="50"&&height.value==="100"})()`))
	if !set {
		t.Error("a crop that leads out of the picture is not kept within it")
	}
	press("Done")
	until(t, tab, `!document.querySelector("dialog")&&document.querySelector(".lead-face img")?.src.includes("crop=")`)
	p, err := r.Store.Media(t.Context(), id)
	if err != nil || p.FocalX != 4000 || p.Crop != (media.Crop{X: 5000, Width: 5000, Height: 10000}) {
		t.Errorf("kept %+v %d, %v", p.Crop, p.FocalX, err)
	}
	until(t, tab, `document.getElementById("save-state").dataset.state==="saved"`)
}

func quoted(s string) string { return `"` + s + `"` }
