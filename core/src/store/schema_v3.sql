-- Whether the last download left something behind it: what the screen shows is then older than it looks (requirement E6).
ALTER TABLE cursors ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
-- When a change ended; settled work is cleaned up by its age. Where that is not known, it is as old as the work.
ALTER TABLE changes ADD COLUMN settled_ms INTEGER;
UPDATE changes SET settled_ms=made_wall_ms WHERE state IN('done','discarded');
