// Package starting leads an administrator from an empty book to the first labels:
// what is done, what is next, and categories that are ready to take.
package starting

import (
	_ "embed"
	"slices"
	"sync"

	"github.com/BurntSushi/toml"

	"quartermaster/models"
	"quartermaster/services/words"
)

// Ready is a category that is ready to take, with what belongs to it. Its texts are
// sentences of the catalogues.
type Ready struct {
	Code       string `json:"code" toml:"code"`
	Name       string `json:"name" toml:"name"`
	About      string `json:"about" toml:"about"`
	Class      string `json:"class" toml:"class"`
	LifeMonths int    `json:"life_months" toml:"life_months"`
	SeenWithin int    `json:"seen_within_days,omitempty" toml:"seen_within_days"`
	Residual   string `json:"residual,omitempty" toml:"residual"`
	Enhanced   bool   `json:"enhanced,omitempty" toml:"enhanced"`

	Fields    []models.Field    `json:"fields,omitempty" toml:"fields"`
	Meters    []models.Meter    `json:"meters,omitempty" toml:"meters"`
	Courses   []ReadyCourse     `json:"courses,omitempty" toml:"courses"`
	Schedules []ReadySchedule   `json:"schedules,omitempty" toml:"schedules"`
	Stock     *models.StockItem `json:"stock,omitempty" toml:"stock"`
	Taken     bool              `json:"taken" toml:"-"` // the book has a category of this code
}

// ReadyCourse is a course that the category demands of its custodians.
type ReadyCourse struct {
	Code    string           `json:"code" toml:"code"`
	Name    string           `json:"name" toml:"name"`
	Months  int              `json:"months,omitempty" toml:"months"`
	Without models.Untrained `json:"without" toml:"without"`
}

// ReadySchedule is a schedule of the category; Source says of what its interval is
// typical.
type ReadySchedule struct {
	Name        string   `json:"name" toml:"name"`
	Days        int      `json:"days,omitempty" toml:"days"`
	Months      int      `json:"months,omitempty" toml:"months"`
	Run         int      `json:"run,omitempty" toml:"run"` // in the unit of the meter
	Meter       string   `json:"meter,omitempty" toml:"meter"`
	Tolerance   int      `json:"tolerance,omitempty" toml:"tolerance"` // days
	Certificate bool     `json:"certificate,omitempty" toml:"certificate"`
	Checklist   []string `json:"checklist" toml:"checklist"`
	Source      string   `json:"source" toml:"source"`
}

//go:embed ready.toml
var readyFile string

var ready = sync.OnceValue(func() []Ready {
	var file struct{ Ready []Ready }
	if _, err := toml.Decode(readyFile, &file); err != nil {
		panic(err) // it is embedded and read in tests
	}
	return file.Ready
})

// In is the same with its texts in a language.
func (r Ready) In(in *words.Printer) Ready {
	r.Name, r.About, r.Class = in.Say(r.Name), in.Say(r.About), in.Say(r.Class)
	r.Fields, r.Meters, r.Courses, r.Schedules = slices.Clone(r.Fields), slices.Clone(r.Meters), slices.Clone(r.Courses), slices.Clone(r.Schedules)
	for i := range r.Fields {
		r.Fields[i].Label, r.Fields[i].Choices = in.Say(r.Fields[i].Label), told(in, r.Fields[i].Choices)
	}
	for i := range r.Meters {
		r.Meters[i].Label = in.Say(r.Meters[i].Label)
	}
	for i := range r.Courses {
		r.Courses[i].Name = in.Say(r.Courses[i].Name)
	}
	for i, s := range r.Schedules {
		s.Name, s.Source, s.Checklist = in.Say(s.Name), in.Say("Typical; change it to what the maker's manual says. Typical of what:")+" "+in.Say(s.Source), told(in, s.Checklist)
		r.Schedules[i] = s
	}
	if r.Stock != nil {
		item := *r.Stock
		item.Name, item.Measure, item.Storage = in.Say(item.Name), in.Say(item.Measure), in.Say(item.Storage)
		r.Stock = &item
	}
	return r
}

func told(in *words.Printer, texts []string) []string {
	var list []string
	for _, text := range texts {
		list = append(list, in.Say(text))
	}
	return list
}

func (r *Ready) category() *models.Category {
	c := &models.Category{Code: r.Code, Name: r.Name, Class: r.Class, LifeMonths: r.LifeMonths, SeenWithin: r.SeenWithin, Residual: r.Residual, Enhanced: r.Enhanced, Fields: r.Fields, Meters: r.Meters}
	for _, course := range r.Courses {
		c.Demands = append(c.Demands, models.Demand{Course: course.Code, Without: course.Without})
	}
	return c
}

// Schedule is a schedule of the category as the book keeps it.
func (r *Ready) Schedule(s ReadySchedule) *models.Schedule {
	return &models.Schedule{
		Name: s.Name, Category: r.Code, Days: s.Days, Months: s.Months, Run: models.Quantity(s.Run) * models.One, Meter: s.Meter,
		Tolerance: s.Tolerance, Certificate: s.Certificate, Checklist: s.Checklist, Note: s.Source,
	}
}

// item is what is counted of a category whose things are counted: all of it expires.
func (r *Ready) item() *models.StockItem {
	item := *r.Stock
	item.Category, item.Perishable = r.Code, true
	return &item
}
