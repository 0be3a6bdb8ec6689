-- How much a volunteer handed on, and what is open.
CREATE INDEX branches_handon_who ON branches_handon (who, told);
CREATE INDEX branches_handon_closed ON branches_handon (closed);
