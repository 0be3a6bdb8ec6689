package workspace

import (
	"net/http"
	"slices"
	"strconv"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// What consents rest on: the versions of what they are for, and of the sentences
// in which they are asked for. A coordinator declares one void that said something
// wrong; what was allowed on it ends at once, so that it is asked twice.

// Notices lists them.
type Notices struct {
	Desk
	Rows  []NoticeRow
	Empty *frontend.Empty
}

// NoticeRow is one of them.
type NoticeRow struct {
	Href, Title string
	Chip        frontend.Chip
}

// NoticePage is one of them, with what it says.
type NoticePage struct {
	Desk
	Here  string
	Chip  frontend.Chip
	Lines []string
	Void  bool   // it is, since long
	Stand int    // yeses that would end, as far as they are told
	Sure  string // asked once: what would end
}

func (d *desk) notices(v *frontend.Visit) error {
	all, err := d.Consent.Voidables(v.Context, v.Session)
	if err != nil {
		return err
	}
	page := Notices{}
	if page.Desk, err = d.frame(v, v.Say("notices.title"), "referrals"); err != nil {
		return err
	}
	for _, n := range all {
		page.Rows = append(page.Rows, NoticeRow{"/w/notices/" + string(n.Key), noticeTitle(page.Words, n), noticeChip(page.Words, n)})
	}
	if len(all) == 0 {
		page.Empty = &frontend.Empty{Icon: "hand", Title: v.Say("notices.none"), Text: v.Say("notices.none.text")}
	}
	return v.Show(page)
}

func noticeTitle(w frontend.Words, n consent.Voidable) string {
	title := w.Say("consent.desk.purpose." + n.Purpose)
	if n.Language == "" {
		return title + " · " + w.Say("notices.purpose", n.Version)
	}
	return title + " · " + w.Say("consent.desk.fact.language.in", languageName(w, n.Language), w.Say("consent.desk.modality."+n.Modality), n.Version)
}

func noticeChip(w frontend.Words, n consent.Voidable) frontend.Chip {
	if !n.Void.IsZero() {
		return frontend.Chip{Kind: "danger", Icon: "x", Text: w.Say("notices.void", w.Day(n.Void)), Title: w.Exact(n.Void)}
	}
	return frontend.Chip{Text: standsOn(w, "notices.stand", n)}
}

// standsOn says how many yeses stand, where so few that somebody could be
// recognised only that.
func standsOn(w frontend.Words, key string, n consent.Voidable) string {
	if n.Stand < consent.Fewest {
		return w.Say(key+".under", consent.Fewest)
	}
	return w.Say(key, n.Stand)
}

// theirNotice is the one in the address.
func (d *desk) theirNotice(v *frontend.Visit) (consent.Voidable, error) {
	all, err := d.Consent.Voidables(v.Context, v.Session)
	if err != nil {
		return consent.Voidable{}, err
	}
	i := slices.IndexFunc(all, func(n consent.Voidable) bool { return string(n.Key) == v.Param("notice") })
	if i < 0 {
		return consent.Voidable{}, helpdesk.ErrNotFound
	}
	return all[i], nil
}

func (d *desk) notice(v *frontend.Visit) error {
	n, err := d.theirNotice(v)
	if err != nil {
		return err
	}
	return d.showNotice(v, http.StatusOK, n, "")
}

func (d *desk) showNotice(v *frontend.Visit, status int, n consent.Voidable, sure string) error {
	page := NoticePage{Here: "/w/notices/" + string(n.Key), Void: !n.Void.IsZero(), Stand: n.Stand, Sure: sure}
	var err error
	if page.Desk, err = d.frame(v, noticeTitle(v.Page("").Words, n), "referrals"); err != nil {
		return err
	}
	page.Chip = noticeChip(page.Words, n)
	for _, l := range n.Lines {
		page.Lines = append(page.Lines, l.Text)
	}
	return v.ShowAs(status, page)
}

// voidNotice asks first, with how many consents end; the second yes is to exactly
// that many, as far as they are told.
func (d *desk) voidNotice(v *frontend.Visit) error {
	n, err := d.theirNotice(v)
	if err != nil {
		return err
	}
	if v.Form.Value("sure") != strconv.Itoa(n.Stand) {
		return d.showNotice(v, http.StatusUnprocessableEntity, n, standsOn(v.Page("").Words, "notices.sure", n))
	}
	if err := d.Consent.Void(v.Context, v.Session, n); err != nil {
		return err
	}
	return v.Go("/w/notices/" + string(n.Key))
}
