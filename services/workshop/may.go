package workshop

import (
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
)

// May says whether the person may take a job on to a state now. Whether something is
// mended at all is for who triages; the rest is for who mends.
func May(p *models.Person, job *models.Repair, next models.RepairState) bool {
	return slices.Contains(job.Next(), next) && access.May(p.Role, verb(next))
}

func verb(next models.RepairState) access.Verb {
	if next == models.RepairConfirmed || next == models.RepairDismissed {
		return access.Triage
	}
	return access.Maintain
}
