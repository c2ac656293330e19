-- The events that the reports awaiting-approval and break-glass begin with: few among all events.
CREATE INDEX events_of_four_eyes ON events (type, day) WHERE type IN (
    'forcegen.approvals.MandateProposed', 'forcegen.approvals.MandateChangeProposed',
    'forcegen.approvals.MandateChangedByBreakGlass', 'forcegen.deployments.CorrectionProposed',
    'forcegen.deployments.TourCorrectedByBreakGlass');
