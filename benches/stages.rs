//! What a stage costs per byte, over generated code: `cargo bench`.
//!
//! The code is the same on every machine: a shop's services, written out by the functions at the end. Real repositories
//! are measured with `rearguard check --stats`, which prints the same stages.

use divan::Bencher;
use divan::counter::BytesCount;
use rearguard::flow::exports::Known;
use rearguard::pipeline::{Options, Progress, Source};
use rearguard::project::{AllModels, Lowered, Project, Unit};
use rearguard::rules::hardcoded_secret;
use rearguard::source::discovery::FileKind;
use rearguard::source::text::TextFormat;
use rearguard::source::{FileId, Language};
use rearguard::{analyze, flow, lower, rules, secrets, syntax};

fn main() {
    syntax::allocator::install();
    divan::main();
}

/// Services in one generated file; real files of services have some 400 lines.
const SERVICES: usize = 20;

/// Files per language of the generated project.
const FILES: usize = 40;

const LANGUAGES: [Language; 3] = [Language::Python, Language::TypeScript, Language::Go];

#[divan::bench(args = LANGUAGES)]
fn parse(bencher: Bencher, language: Language) {
    let text = file(language, 0);
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::parse(language, text.as_bytes()));
}

#[divan::bench(args = LANGUAGES)]
fn visit(bencher: Bencher, language: Language) {
    let text = file(language, 0);
    let tree = syntax::parse(language, text.as_bytes()).expect("generated code is small");
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::node_count(&tree));
}

#[divan::bench(args = LANGUAGES)]
fn lower(bencher: Bencher, language: Language) {
    let text = file(language, 0);
    let tree = syntax::parse(language, text.as_bytes()).expect("generated code is small");
    bencher.counter(BytesCount::of_str(&text)).bench(|| lower::lower(language, &tree, text.as_bytes()));
}

/// One file alone: what it costs to follow values through it.
#[divan::bench(args = LANGUAGES)]
fn interpret(bencher: Bencher, language: Language) {
    let models = AllModels::load().expect("the tests read every built-in model");
    let project = project_of_one(language, &models);
    let bytes = project.unit(FileId(0)).bytes.len();
    let known = Known::nothing(1);
    bencher.counter(BytesCount::new(bytes)).bench(|| flow::interpret(&project, &known, FileId(0)));
}

/// All rules over the facts of one file.
#[divan::bench(args = LANGUAGES)]
fn rules(bencher: Bencher, language: Language) {
    let models = AllModels::load().expect("the tests read every built-in model");
    let project = project_of_one(language, &models);
    let mut facts = vec![flow::interpret(&project, &Known::nothing(1), FileId(0)).facts];
    flow::settle(&project, &mut facts);
    let unit = project.unit(FileId(0));
    let models = project.models_of(FileId(0));
    let across = rules::Across::of(&project, &facts);
    let input = rules::Input {
        project: &project,
        unit,
        models,
        facts: &facts[0],
        across: &across,
        is_test: false,
        error_handlers: &[],
    };
    bencher.counter(BytesCount::new(unit.bytes.len())).bench(|| rules::of_file(&input));
}

fn project_of_one(language: Language, models: &AllModels) -> Project<'_> {
    let text = file(language, 0);
    let tree = syntax::parse(language, text.as_bytes()).expect("generated code is small");
    let module = lower::lower(language, &tree, text.as_bytes()).into();
    let path = format!("shop/0.{}", extension(language));
    let lowered =
        Lowered { file: FileId(0), path, language, is_template: false, module, bytes: text.into_bytes().into() };
    Project::new(vec![Unit::new(lowered, models.of(language.family()))], &[], models)
}

/// The rule about secrets alone, over one file of code.
#[divan::bench(args = LANGUAGES)]
fn secrets_in_code(bencher: Bencher, language: Language) {
    let text = file(language, 0);
    let tree = syntax::parse(language, text.as_bytes()).expect("generated code is small");
    let module = lower::lower(language, &tree, text.as_bytes());
    let run = || {
        let context = hardcoded_secret::PathContext::default();
        hardcoded_secret::run(FileId(0), language, &module, text.as_bytes(), context, &|_, _, _, _| &[])
    };
    bencher.counter(BytesCount::of_str(&text)).bench(run);
}

/// Configuration in which nothing is called a secret.
#[divan::bench]
fn secrets_in_quiet_text(bencher: Bencher) {
    let text = QUIET_TEXT.repeat(1_000);
    assert!(secrets::text::read(text.as_bytes(), TextFormat::Yaml).entries.is_empty());
    bencher.counter(BytesCount::of_str(&text)).bench(|| secrets::text::read(text.as_bytes(), TextFormat::Yaml));
}

/// Configuration in which every fourth line is.
#[divan::bench]
fn secrets_in_loud_text(bencher: Bencher) {
    let text = LOUD_TEXT.repeat(1_000);
    bencher.counter(BytesCount::of_str(&text)).bench(|| secrets::text::read(text.as_bytes(), TextFormat::Yaml));
}

const QUIET_TEXT: &str = "
services:
  orders:
    image: registry.shop.internal/orders:2.14.0
    replicas: 3
    ports:
      - 8080
    resources:
      limits: { cpu: 500m, memory: 512Mi }
    environment:
      LOG_LEVEL: info
      DATABASE_HOST: orders-db.shop.internal
      DATABASE_POOL: \"20\"
      FEATURE_NEW_CHECKOUT: \"true\"
    healthcheck:
      path: /health/ready
      interval: 15s
";

const LOUD_TEXT: &str = "
database:
  host: orders-db.shop.internal
  password: ${DATABASE_PASSWORD}
  pool: 20
mail:
  host: smtp.shop.internal
  port: 587
  token: ${MAIL_TOKEN}
";

/// The library facts of all languages, as every run reads them.
#[divan::bench]
fn models() -> AllModels {
    AllModels::load().expect("the tests read every built-in model")
}

/// Everything but reading from disk, with one thread.
#[divan::bench(sample_count = 20)]
fn whole(bencher: Bencher) {
    let sources = project();
    let bytes: usize = sources.iter().map(|source| source.bytes.len()).sum();
    let options = Options { threads: Some(1), ..Options::default() };
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(|| sources.clone())
        .bench_values(|sources| analyze(sources, &options, &Progress::default()));
}

fn project() -> Vec<Source> {
    let number = |language: Language, index: usize| Source {
        path: format!("shop/{index}.{}", extension(language)),
        bytes: file(language, index).into_bytes().into(),
        kind: FileKind::Code(language),
    };
    LANGUAGES.into_iter().flat_map(|language| (0..FILES).map(move |index| number(language, index))).collect()
}

fn extension(language: Language) -> &'static str {
    match language {
        Language::Python => "py",
        Language::TypeScript => "ts",
        Language::Tsx => "tsx",
        Language::JavaScript => "js",
        Language::Go => "go",
    }
}

fn file(language: Language, index: usize) -> String {
    let (head, service) = match language {
        Language::Python => (PYTHON_HEAD, PYTHON_SERVICE),
        Language::TypeScript | Language::Tsx | Language::JavaScript => (TYPESCRIPT_HEAD, TYPESCRIPT_SERVICE),
        Language::Go => (GO_HEAD, GO_SERVICE),
    };
    let services = (0..SERVICES).map(|number| service.replace("NAME", &format!("Part{index}x{number}")));
    std::iter::once(head.to_owned()).chain(services).collect()
}

const PYTHON_HEAD: &str = r"
import logging
from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app.db import get_db
from app.models import Customer, Order

log = logging.getLogger(__name__)
router = APIRouter()
";

const PYTHON_SERVICE: &str = r#"

class NAMEService:
    """Orders of one customer."""

    def __init__(self, db: Session):
        self.db = db

    def totals(self, customer_ids: list[int]) -> dict[int, int]:
        totals = {}
        for customer_id in customer_ids:
            orders = self.db.scalars(select(Order).where(Order.customer_id == customer_id)).all()
            totals[customer_id] = sum(order.total for order in orders if order.paid)
        return totals

    def search(self, name: str, limit: int = 50):
        query = f"SELECT id, name FROM customers WHERE name LIKE '%{name}%' LIMIT {limit}"
        return self.db.execute(text(query)).all()


@router.get("/NAME")
def list_NAME(db: Session = Depends(get_db)):
    try:
        return [{"id": o.id, "who": o.customer.name} for o in db.scalars(select(Order).limit(20))]
    except ValueError as error:
        log.warning("no orders: %s", error)
        raise HTTPException(404) from error


@router.post("/NAME/{order_id}")
def pay_NAME(order_id: int, db: Session = Depends(get_db)):
    order = db.get(Order, order_id)
    if order is None or order.paid:
        return {"paid": False}
    try:
        order.paid = True
        db.commit()
    except Exception:
        pass
    return {"paid": True, "customer": order.customer.name}
"#;

const TYPESCRIPT_HEAD: &str = r#"
import { Controller, Get, Injectable, Param, Query } from "@nestjs/common";
import { PrismaService } from "./prisma.service";
"#;

const TYPESCRIPT_SERVICE: &str = r#"
@Injectable()
export class NAMEService {
  constructor(private readonly prisma: PrismaService) {}

  async totals(customerIds: string[]): Promise<Record<string, number>> {
    const totals: Record<string, number> = {};
    for (const customerId of customerIds) {
      const orders = await this.prisma.order.findMany({ where: { customerId, paid: true } });
      totals[customerId] = orders.reduce((sum, order) => sum + order.total, 0);
    }
    return totals;
  }

  search(name: string, limit = 50) {
    const query = `SELECT id, name FROM customers WHERE name LIKE '%${name}%' LIMIT ${limit}`;
    return this.prisma.$queryRawUnsafe(query);
  }

  async pay(id: string) {
    try {
      await this.prisma.order.update({ where: { id }, data: { paid: true } });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return { paid: true, id };
  }
}

@Controller("NAME")
export class NAMEController {
  constructor(private readonly service: NAMEService) {}

  @Get()
  list(@Query("ids") ids: string) {
    return this.service.totals(ids.split(",").map((id) => id.trim()).filter(Boolean));
  }

  @Get(":id")
  pay(@Param("id") id: string) {
    return this.service.pay(id).catch(() => undefined);
  }
}
"#;

const GO_HEAD: &str = r#"
package shop

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
)
"#;

const GO_SERVICE: &str = r#"
type NAMEStore struct {
	db *sql.DB
}

type NAMEOrder struct {
	ID    int64 `json:"id"`
	Total int64 `json:"total"`
}

func (s *NAMEStore) Totals(ctx context.Context, customers []int64) (map[int64]int64, error) {
	totals := make(map[int64]int64, len(customers))
	for _, customer := range customers {
		var total int64
		row := s.db.QueryRowContext(ctx, "SELECT sum(total) FROM orders WHERE customer_id = $1", customer)
		if err := row.Scan(&total); err != nil {
			return nil, fmt.Errorf("totals of %d: %w", customer, err)
		}
		totals[customer] = total
	}
	return totals, nil
}

func (s *NAMEStore) Search(ctx context.Context, name string, limit int) ([]NAMEOrder, error) {
	query := fmt.Sprintf("SELECT id, total FROM orders WHERE name LIKE '%%%s%%' LIMIT %d", name, limit)
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var orders []NAMEOrder
	for rows.Next() {
		var order NAMEOrder
		if err := rows.Scan(&order.ID, &order.Total); err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	return orders, rows.Err()
}

func (s *NAMEStore) Register(r *gin.Engine) {
	r.GET("/NAME", func(c *gin.Context) {
		orders, err := s.Search(c, c.Query("name"), 50)
		if err != nil {
			c.AbortWithStatus(http.StatusInternalServerError)
			return
		}
		c.JSON(http.StatusOK, gin.H{"orders": orders})
	})
}
"#;
