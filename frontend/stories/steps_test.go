package stories

import "testing"

// TestTheQuestionsCostNoWayToUsAndBack: with scripts the questions follow one
// another in one page, one at a time; Back leads back, what was answered holds,
// and who hears the page hears the question.
func TestTheQuestionsCostNoWayToUsAndBack(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p := visit(t, w, phone)
	p.open("/ti/start")
	p.arrives("the first question", `document.querySelector("main button[name=shared]") !== null`)
	p.eval(`window.mark = "here"`)
	asked := func(name string) {
		t.Helper()
		p.until("asked "+name, `document.querySelectorAll("main h1").length === 1 && document.querySelector("main button[name=`+name+`]") !== null`)
		if p.eval("window.mark") != "here" {
			t.Errorf("%s was fetched", name)
		}
		if p.eval(`document.activeElement.tagName + document.querySelectorAll("a.exit").length`) != "H11" {
			t.Errorf("%s: the question is not where somebody listens, or there is no way out", name)
		}
	}
	p.press("shared", "no")
	asked("tongue")
	p.accessible("tongue")
	p.press("tongue", "ti")
	asked("interpreter")
	p.click("main input[name=foreign]")
	p.press("interpreter", "woman")
	asked("detained")
	p.press("undo", "interpreter")
	asked("interpreter")
	if p.eval(`document.querySelector("main input[name=foreign]").checked`) != "true" {
		t.Error("who goes back finds another answer")
	}
	p.eval("history.back()")
	asked("tongue")
	// Who speaks Swedish is not asked for an interpreter; nothing of the first
	// way through is left.
	p.eval(`document.querySelector("main select[name=other]").value = "sv"`)
	p.press("chosen", "1")
	asked("detained")
	p.press("detained", "")
	asked("about")
	if q := p.eval("location.pathname + location.search + location.hash + JSON.stringify(history.state)"); q != "/ti/start3" {
		t.Errorf("more stands in the address or the browser's memory: %s", q)
	}
	p.press("about", "child")
	p.arrives("what we report comes first", `document.querySelector("main button[name=alone]") !== null`)
	if p.eval("window.mark") == "here" {
		t.Error("the page of who is under 18 was not fetched")
	}
	p.press("alone", "alone")
	p.arrives("the form", `document.querySelector("main textarea[name=text]") !== null`)
	fields := p.eval(`[...new FormData(document.querySelector("main form"))].filter(f => !["client", "text", "files"].includes(f[0])).map(f => f.join("=")).sort().join(" ")`)
	if fields != "about=child alone=alone detained= shared=no tongue=sv" {
		t.Errorf("the form brings %s", fields)
	}
}
