package access

import (
	"context"
	"slices"

	"quartermaster/models"
)

// Verb is something a role may do.
type Verb string

// The verbs, in the words that a refusal uses.
const (
	Read          Verb = "look at the register"
	TakeOnCharge  Verb = "take equipment on charge"
	Edit          Verb = "change what is recorded of equipment"
	Move          Verb = "issue, return or transfer equipment"
	Receive       Verb = "accept or refuse what is handed over"
	Ask           Verb = "ask for equipment"
	KeepStock     Verb = "receive, use up or correct stock"
	Acknowledge   Verb = "acknowledge findings"
	RunJobs       Verb = "see the jobs and run them"
	ReportDefects Verb = "report defects"
	Triage        Verb = "decide on reports of faults and finds"
	Train         Verb = "record what people were trained in"
	TakeStock     Verb = "open, recount or close stocktakes"
	Maintain      Verb = "record services and read meters"
	Schedule      Verb = "change service schedules"
	ReportLoss    Verb = "report losses, theft and damage, or inquire into them"
	Decide        Verb = "decide on losses and write-offs"
	Dispose       Verb = "propose write-offs and strike off charge"
	PassTitle     Verb = "record who owns equipment"
	CloseGrant    Verb = "close grants"
	AnswerFinding Verb = "answer findings of end-use visits"
	Monitor       Verb = "plan and record end-use visits"
	ManagePlaces  Verb = "change units, categories, donors and grants"
	AddPeople     Verb = "add people"
	ManagePeople  Verb = "give people a sign-in or change it"
	Share         Verb = "give donors links to reports"
	// ManageNotices is about the outbox and the webhooks.
	ManageNotices Verb = "see to messages and webhooks"
)

var roles = map[Verb][]models.Role{
	Read:          models.Roles,
	TakeOnCharge:  {models.Admin, models.Storekeeper},
	Edit:          {models.Admin, models.Storekeeper},
	Move:          {models.Admin, models.Storekeeper},
	Receive:       {models.Admin, models.Storekeeper, models.Commander},
	Ask:           {models.Admin, models.Storekeeper, models.Commander, models.Maintenance},
	KeepStock:     {models.Admin, models.Storekeeper},
	Acknowledge:   {models.Admin, models.Storekeeper, models.Commander, models.Maintenance},
	RunJobs:       {models.Admin},
	ReportDefects: {models.Admin, models.Storekeeper, models.Commander, models.Maintenance},
	Triage:        {models.Admin, models.Storekeeper, models.Commander, models.Maintenance},
	Train:         {models.Admin, models.Storekeeper, models.Commander},
	TakeStock:     {models.Admin, models.Storekeeper, models.Commander, models.Auditor},
	Maintain:      {models.Admin, models.Storekeeper, models.Maintenance},
	Schedule:      {models.Admin},
	ReportLoss:    {models.Admin, models.Storekeeper, models.Commander, models.Maintenance},
	Decide:        {models.Admin, models.Commander},
	Dispose:       {models.Admin, models.Storekeeper},
	PassTitle:     {models.Admin, models.Storekeeper},
	CloseGrant:    {models.Admin},
	AnswerFinding: {models.Admin, models.Storekeeper, models.Commander, models.Maintenance},
	Monitor:       {models.Admin, models.Commander, models.Auditor},
	ManagePlaces:  {models.Admin},
	AddPeople:     {models.Admin, models.Storekeeper},
	ManagePeople:  {models.Admin},
	Share:         {models.Admin},

	ManageNotices: {models.Admin},
}

// May says whether a role may do something.
func May(role models.Role, verb Verb) bool { return slices.Contains(roles[verb], role) }

// Allow returns the caller if their role may do verb.
func Allow(ctx context.Context, verb Verb) (*models.Person, error) {
	person, err := Caller(ctx)
	if err != nil {
		return nil, err
	}
	if !May(person.Role, verb) {
		return nil, models.Refuse(models.Forbidden, "", "the role %s may not %s", person.Role, verb)
	}
	return person, nil
}
