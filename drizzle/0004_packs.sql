CREATE TABLE "pack_marks" (
	"mark" text PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"issue" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "request_receipts" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"made_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "request_receipts_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "request_receipts_token" UNIQUE("customer_id","token_hash")
);
--> statement-breakpoint
ALTER TABLE "pack_marks" ADD CONSTRAINT "pack_marks_pack" FOREIGN KEY ("customer_id","host_id","issue") REFERENCES "public"."packs"("customer_id","host_id","issue") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_receipts" ADD CONSTRAINT "request_receipts_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "pack_marks_by_pack" ON "pack_marks" USING btree ("customer_id","host_id","issue");--> statement-breakpoint
CREATE INDEX "request_receipts_by_request" ON "request_receipts" USING btree ("customer_id","request_id","created_at");--> statement-breakpoint
-- Packs that were issued before there were marks: 80 bits of a random UUID without its fixed ones.
INSERT INTO "pack_marks" ("mark", "customer_id", "host_id", "issue") SELECT left(replace(gen_random_uuid()::text, '-', ''), 12) || right(gen_random_uuid()::text, 8), "customer_id", "host_id", "issue" FROM "packs";