package directory

// shape is one table of HSDS 3.0 and 3.1: its columns in the specification's
// order, and how its rows hang together where JSON nests them.
type shape struct {
	kind   string // of its records
	file   string // of the tabular data package
	plural string // the list's name in JSON documents that hold several kinds
	fields []field
	ups    []up              // columns that name the row this one belongs to or uses
	lists  map[string]string // JSON list inside a row -> kind of its items
	owned  bool              // a row is of use only beside what it belongs to: one of its ups must be known
}

// form is what a value must look like.
type form int

const (
	text form = iota
	number
	date    // ISO 8601, 2006-01-02
	moment  // an ISO 8601 date and time
	clock   // 10:00, 10:00:00, with Z or +01:00 behind it or not
	address // a mail address
	link    // http, https, mailto or tel, or without a scheme
	status
	placeType
	frequency
)

type field struct {
	name     string
	form     form
	required bool
}

type up struct {
	column string
	kind   string // of the row it names; "" for any
	object string // JSON object inside the row that is the named row itself
	single bool   // a row has one, however often it is nested
	needed bool   // and it must be known
}

func texts(names ...string) []field {
	out := make([]field, len(names))
	for i, n := range names {
		out[i] = field{name: n}
	}
	return out
}

func columns(parts ...[]field) []field {
	var out []field
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func one(name string, f form) []field { return []field{{name: name, form: f}} }

func must(name string, f form) []field { return []field{{name, f, true}} }

func of(kinds ...string) []up {
	out := make([]up, len(kinds))
	for i, k := range kinds {
		out[i] = up{column: k + "_id", kind: k}
	}
	return out
}

// shapes stand in an order in which what is named comes before what names it.
var shapes = []shape{
	{kind: "organization", file: "organizations.csv", plural: "organizations",
		fields: columns(must("name", text), texts("alternate_name", "description"), one("email", address), one("website", link),
			texts("tax_status", "tax_id"), one("year_incorporated", number), texts("legal_status"), one("logo", link), one("uri", link),
			texts("parent_organization_id")),
		lists: map[string]string{"funding": "funding", "contacts": "contact", "phones": "phone", "locations": "location", "programs": "program",
			"organization_identifiers": "organization_identifier", "services": "service", "additional_urls": "url"}},
	{kind: "program", file: "programs.csv", plural: "programs", ups: of("organization"),
		fields: columns(must("name", text), texts("alternate_name", "description"))},
	{kind: "service", file: "services.csv", plural: "services",
		ups: []up{{column: "organization_id", kind: "organization", object: "organization", single: true, needed: true},
			{column: "program_id", kind: "program", object: "program", single: true}},
		fields: columns(must("name", text), texts("alternate_name", "description"), one("url", link), one("email", address), must("status", status),
			texts("interpretation_services", "application_process", "fees_description", "wait_time", "fees", "accreditations", "eligibility_description"),
			one("minimum_age", number), one("maximum_age", number), one("assured_date", date), one("assurer_email", address), texts("licenses", "alert"),
			one("last_modified", moment)),
		lists: map[string]string{"phones": "phone", "schedules": "schedule", "service_areas": "service_area", "service_at_locations": "service_at_location",
			"languages": "language", "funding": "funding", "fundings": "funding", "cost_options": "cost_option", "required_documents": "required_document",
			"contacts": "contact", "additional_urls": "url", "capacities": "service_capacity"}},
	{kind: "location", file: "locations.csv", plural: "locations", ups: of("organization"),
		fields: columns(must("location_type", placeType), one("url", link), texts("name", "alternate_name", "description", "transportation"),
			one("latitude", number), one("longitude", number), texts("external_identifier", "external_identifier_type")),
		lists: map[string]string{"languages": "language", "addresses": "address", "contacts": "contact", "accessibility": "accessibility",
			"phones": "phone", "schedules": "schedule"}},
	{kind: "service_at_location", file: "service_at_location.csv", plural: "service_at_locations",
		ups: []up{{column: "service_id", kind: "service", object: "service", single: true, needed: true},
			{column: "location_id", kind: "location", object: "location", single: true, needed: true}},
		fields: texts("description"),
		lists:  map[string]string{"contacts": "contact", "phones": "phone", "schedules": "schedule", "service_areas": "service_area"}},
	{kind: "contact", file: "contacts.csv", plural: "contacts", owned: true, ups: of("organization", "service", "service_at_location", "location"),
		fields: columns(texts("name", "title", "department"), one("email", address)), lists: map[string]string{"phones": "phone"}},
	{kind: "phone", file: "phones.csv", plural: "phones", owned: true,
		ups:    of("location", "service", "organization", "contact", "service_at_location"),
		fields: columns(must("number", text), one("extension", number), texts("type", "description")), lists: map[string]string{"languages": "language"}},
	{kind: "address", file: "addresses.csv", plural: "addresses", owned: true, ups: of("location"),
		fields: texts("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code", "country", "address_type")},
	{kind: "schedule", file: "schedules.csv", plural: "schedules", owned: true, ups: of("service", "location", "service_at_location"),
		fields: columns(one("valid_from", date), one("valid_to", date), one("dtstart", date), one("timezone", number), one("until", date),
			one("count", number), texts("wkst"), one("freq", frequency), one("interval", number), texts("byday", "byweekno", "bymonthday", "byyearday", "description"),
			one("opens_at", clock), one("closes_at", clock), one("schedule_link", link), texts("attending_type", "notes"))},
	{kind: "service_area", file: "service_areas.csv", plural: "service_areas", owned: true, ups: of("service", "service_at_location"),
		fields: columns(texts("name", "description", "extent", "extent_type"), one("uri", link))},
	{kind: "language", file: "languages.csv", plural: "languages", owned: true, ups: of("service", "location", "phone"),
		fields: texts("name", "code", "note")},
	{kind: "funding", file: "funding.csv", plural: "funding", owned: true, ups: of("organization", "service"), fields: texts("source")},
	{kind: "accessibility", file: "accessibility.csv", plural: "accessibility", owned: true, ups: of("location"),
		fields: columns(texts("description", "details"), one("url", link))},
	{kind: "cost_option", file: "cost_options.csv", plural: "cost_options", owned: true, ups: of("service"),
		fields: columns(one("valid_from", date), one("valid_to", date), texts("option", "currency"), one("amount", number), texts("amount_description"))},
	{kind: "required_document", file: "required_documents.csv", plural: "required_documents", owned: true, ups: of("service"),
		fields: columns(texts("document"), one("uri", link))},
	{kind: "organization_identifier", file: "organization_identifiers.csv", plural: "organization_identifiers", owned: true, ups: of("organization"),
		fields: texts("identifier_scheme", "identifier_type", "identifier")},
	{kind: "url", file: "url.csv", plural: "urls", owned: true, ups: of("organization", "service"), fields: columns(texts("label"), must("url", link))},
	{kind: "unit", file: "units.csv", plural: "units", fields: columns(must("name", text), texts("scheme", "identifier"), one("uri", link))},
	{kind: "service_capacity", file: "service_capacity.csv", plural: "service_capacities", owned: true,
		ups:    []up{{column: "service_id", kind: "service"}, {column: "unit_id", kind: "unit", object: "unit", single: true}},
		fields: columns(one("available", number), one("maximum", number), texts("description"), one("updated", moment))},
	{kind: "taxonomy", file: "taxonomies.csv", plural: "taxonomies", fields: columns(texts("name", "description"), one("uri", link), texts("version"))},
	{kind: "taxonomy_term", file: "taxonomy_terms.csv", plural: "taxonomy_terms",
		ups:    []up{{column: "taxonomy_id", kind: "taxonomy", object: "taxonomy_detail", single: true}},
		fields: columns(texts("code", "name", "description", "parent_id", "taxonomy", "language"), one("term_uri", link))},
	{kind: "attribute", file: "attributes.csv", plural: "attributes",
		ups: []up{{column: "link_id"}, {column: "taxonomy_term_id", kind: "taxonomy_term", object: "taxonomy_term", single: true}},
		// label is of HSDS 3.1.
		fields: texts("link_type", "link_entity", "value", "label")},
	{kind: "metadata", file: "metadata.csv", plural: "metadata", ups: []up{{column: "resource_id"}},
		fields: columns(texts("resource_type"), one("last_action_date", date), texts("last_action_type", "field_name", "previous_value", "replacement_value", "updated_by"))},
	{kind: "meta_table_description", file: "meta_table_descriptions.csv", plural: "meta_table_descriptions",
		fields: texts("name", "language", "character_set")},
}

// anywhere are the lists HSDS allows inside every row, by the column of the
// item that names the row.
var anywhere = map[string]up{"attributes": {column: "link_id", kind: "attribute"}, "metadata": {column: "resource_id", kind: "metadata"}}

var (
	byKind = map[string]*shape{}
	byFile = map[string]*shape{}
	byList = map[string]*shape{}
)

func init() {
	for i := range shapes {
		s := &shapes[i]
		byKind[s.kind], byFile[s.file], byList[s.plural] = s, s, s
	}
	// HSDS names these two in the singular, and not everybody follows.
	byFile["urls.csv"], byFile["service_capacities.csv"] = byKind["url"], byKind["service_capacity"]
}

// field finds a column of plain values.
func (s *shape) field(name string) (field, bool) {
	for _, f := range s.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// up finds a column that names another row.
func (s *shape) up(column string) (up, bool) {
	for _, u := range s.ups {
		if u.column == column {
			return u, true
		}
	}
	return up{}, false
}

// object finds the column whose row stands as an object inside this one.
func (s *shape) object(name string) (up, bool) {
	for _, u := range s.ups {
		if u.object == name && name != "" {
			return u, true
		}
	}
	return up{}, false
}

// list finds what stands in a list inside a row of this shape, and the column
// of the items that names the row. The column is "" where there is no such list.
func (s *shape) list(name string) (kind, column string) {
	if u, ok := anywhere[name]; ok {
		return u.kind, u.column
	}
	if kind = s.lists[name]; kind == "" {
		return "", ""
	}
	return kind, s.kind + "_id"
}
