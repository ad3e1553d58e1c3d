ALTER TABLE "plan_lines" ADD COLUMN "from_was" integer;--> statement-breakpoint
ALTER TABLE "plan_lines" ADD COLUMN "to_was" integer;