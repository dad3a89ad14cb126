"""What staff set on a device, and paper of their own.

Revision ID: 0004_staff
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_staff"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the settings, and reports to what may be printed."""
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    with op.batch_alter_table("print_job", recreate="always") as jobs:
        jobs.drop_constraint(op.f("ck_print_job_kind"), type_="check")
        jobs.create_check_constraint(
            op.f("ck_print_job_kind"), "kind IN ('ticket', 'receipt', 'report')"
        )
