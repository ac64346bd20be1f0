// SPDX-License-Identifier: MIT
// The parts of `fanout queries` that need no model: templates, tuples, tables, coverage, the page.
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "queries/coverage.hpp"
#include "queries/preview.hpp"
#include "queries/prompts.hpp"
#include "queries/table.hpp"
#include "queries/tuple_set.hpp"
#include "support/vocabulary.hpp"

namespace fanout::cli::queries {
namespace {

using test::holds;
using test::thrown;

Spec small_spec() {
  Spec spec;
  spec.name = "Test";
  spec.dimensions = {
      {.name = "size", .description = "", .values = {"small", "large"}, .examples = {}},
      {.name = "note", .description = "", .values = {}, .examples = {}}};
  spec.tuples.count = 3;
  spec.tuples.prompt = Template("{{count}}");
  spec.queries.per_tuple = 2;
  spec.queries.prompt = Template("{{tuple}} {{styles}}");
  spec.queries.styles = {"a", "b", "c"};
  return spec;
}

TEST(Template, FillsItsPlacesOnce) {
  const Template text("{{a}} and {{ b }}, {{a}}: {");
  EXPECT_EQ(text.places(), (std::vector<std::string>{"a", "b", "a"}));
  EXPECT_EQ(text.filled({{"a", "{{b}}"}, {"b", "2"}}), "{{b}} and 2, {{b}}: {");
  EXPECT_TRUE(holds(thrown<std::invalid_argument>([] { Template("{{a").places(); }), "not closed"));
}

TEST(TupleSet, KeepsWhatIsValidAndNewUpToTheCount) {
  const Spec spec = small_spec();
  TupleSet tuples(spec);
  for (const char* text :
       {R"({"size": "small", "note": " a  b\n"})",  // tidied
        R"({"size": "small", "note": "A B"})",      // a duplicate
        R"({"size": "Small", "note": "c"})",        // not one of the values
        R"({"size": "large"})", R"("no object")",   // not valid
        R"({"size": "large", "note": "a b"})", R"({"size": "large", "note": "c"})",
        R"({"size": "large", "note": "one too many"})"}) {
    tuples.add(Json::parse(text));
  }
  EXPECT_EQ(tuples.duplicates(), 1u);
  EXPECT_EQ(tuples.invalid(), 3u);
  EXPECT_EQ(tuples.missing(), 0u);
  EXPECT_EQ(tuples.take(),
            (std::vector<Tuple>{{"small", "a b"}, {"large", "a b"}, {"large", "c"}}));
}

TEST(Prompts, StylesTakeTurnsOverTheTuples) {
  const Spec spec = small_spec();
  const Tuple tuple{"small", "x"};
  const std::string object = R"({"size":"small","note":"x"})";
  EXPECT_EQ(queries_prompt(spec, tuple, 0), object + " 1. a\n2. b\n");
  EXPECT_EQ(queries_prompt(spec, tuple, 1), object + " 1. c\n2. a\n");
}

TEST(Prompts, AnIdChangesWithTheQuestionAndOnlyThen) {
  Spec spec = small_spec();
  const std::string id = queries_request(spec, {"small", "x"}, 4).id;
  EXPECT_TRUE(id.starts_with("queries-00005-"));
  EXPECT_EQ(queries_request(spec, {"small", "x"}, 4).id, id);
  EXPECT_NE(queries_request(spec, {"small", "y"}, 4).id, id);
  spec.model = "another";
  EXPECT_NE(queries_request(spec, {"small", "x"}, 4).id, id);
}

TEST(Prompts, AskForExactlyWhatIsWanted) {
  const llm::Request request = tuples_request(small_spec(), 0);
  const Json& list = request.schema.at("properties").at("tuples");
  EXPECT_EQ(list.at("minItems"), 5);
  EXPECT_EQ(list.at("maxItems"), 5);
  EXPECT_EQ(
      to_text(list.at("items")),
      R"({"type":"object","properties":{"size":{"type":"string","enum":["small","large"]},)"
      R"("note":{"type":"string"}},"required":["size","note"],"additionalProperties":false})");
}

TEST(Table, QuotesOnlyWhatMustBe) {
  EXPECT_EQ(csv_field("plain text; with 'quotes'"), "plain text; with 'quotes'");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
}

TEST(Table, IdsAreThePlacesOfTheQueries) {
  const auto rows = make_rows(small_spec(), {{"a", "b"}, {}, {"c", "d"}});
  std::vector<std::string> ids;
  for (const Row& row : rows) ids.push_back(row.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"SYN001", "SYN002", "SYN005", "SYN006"}));
  EXPECT_EQ(make_rows(small_spec(), std::vector<std::vector<std::string>>(600, {"q"})).front().id,
            "SYN0001")
      << "as wide as the last one";
}

TEST(Coverage, CountsEachValueAndNamesThoseNeverUsed) {
  const auto all = coverage_of(small_spec(), {{"small", "b"}, {"small", "a"}, {"small", "b"}});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(to_line(all[0]), "size: small 3; never large");
  EXPECT_EQ(to_line(all[1]), "note: 2 different texts");
  EXPECT_EQ(all[1].values[0].text, "b") << "most often first";
}

TEST(Preview, NothingInTheDataIsMarkup) {
  Spec spec = small_spec();
  spec.name = "</script><script>alert(1)</script>";
  const std::vector<Tuple> tuples{{"small", "<!-- @data@"}};
  const std::string page = to_html(spec, tuples, make_rows(spec, {{"<b>bold</b>", "x"}}));
  EXPECT_FALSE(holds(page, "alert(1)</script>"));
  EXPECT_FALSE(holds(page, "<b>bold"));
  EXPECT_TRUE(holds(page, R"(\u003cb>bold\u003c/b>)"));
  EXPECT_TRUE(holds(page, R"(\u003c!-- @data@)")) << "filled in once";
}

}  // namespace
}  // namespace fanout::cli::queries
