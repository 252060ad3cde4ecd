package staff

// cell is one field of the table of permissions: what a role may do with an
// action, or what has to be so beside the role.
type cell int

const (
	never     cell = iota
	always         // ✓
	own            // what is one's own
	notOwn         // what is not one's own
	invited        // what one was asked to work on
	named          // where one is named
	inSection      // in one's section
	withGrant      // with the grant Publishing
	propose        // may ask for it
)

type row map[Role]cell

// table is the newsroom's table of permissions. Owner is not in it, being
// admin, publisher and treasurer in one; Appoint and ConnectBank are decided
// by rules of their own.
var table = map[Action]row{
	WriteOwn:    {Contributor: own, Reporter: own, Editor: own, Publisher: own},
	ReadDrafts:  {Reporter: inSection, Editor: always, Publisher: always},
	EditDrafts:  {Reporter: invited, Editor: always, Publisher: always},
	ReadSources: {Contributor: own, Reporter: own, Editor: named, Publisher: named},
	AcceptPitch: {Reporter: own, Editor: always, Publisher: always},
	Review:      {Editor: always, Publisher: always},
	Approve:     {Editor: notOwn, Publisher: always},
	Publish:     {Editor: withGrant, Publisher: always},
	Correct:     {Reporter: propose, Editor: always, Publisher: always},
	Retract:     {Editor: propose, Publisher: always},
	Withdraw:    {Editor: propose, Publisher: always},
	Confirm:     {Editor: always, Publisher: always},
	Override:    {Publisher: always},
	BreakLock:   {Editor: always, Publisher: always},
	EditRules:   {Contributor: propose, Reporter: propose, Editor: always, Publisher: always},
	EditMedia:   {Contributor: own, Reporter: always, Editor: always, Publisher: always},
	Outlet:      {Publisher: always},
	Arrange:     {Editor: always, Publisher: always},
	Operate:     {Admin: always},
	ReadAudit:   {Editor: inSection, Publisher: always, Admin: always},

	SeeDonors:   {Treasurer: always},
	Refund:      {Treasurer: always},
	Allocate:    {Treasurer: always},
	Receipts:    {Treasurer: always},
	Expenses:    {Treasurer: always},
	ClosePeriod: {Treasurer: always},
	EraseDonor:  {Treasurer: always},

	Campaigns: {Publisher: always, Treasurer: always},
	SeeMoney:  {Reporter: always, Editor: always, Publisher: always, Treasurer: always},
}
