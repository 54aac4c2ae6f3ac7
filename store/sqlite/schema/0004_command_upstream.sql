-- Commands know whether they came from the real OneNET: there their answers go.

ALTER TABLE command ADD COLUMN upstream INTEGER NOT NULL DEFAULT 0;
