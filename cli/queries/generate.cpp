// SPDX-License-Identifier: MIT
// The two patterns of tracking futures, each where it belongs.
#include "generate.hpp"

#include <unordered_map>

#include <fanout/future.hpp>
#include <fanout/wait.hpp>

#include "prompts.hpp"

namespace fanout::cli::queries {

using llm::Answer;

TupleSet generate_tuples(Asker& asker, const Spec& spec, const Stop& stop, llm::Watch& watch) {
  TupleSet tuples(spec);
  const auto per_call = static_cast<std::size_t>(spec.tuples.per_call);
  std::size_t number = 0;
  for (int round = 0; round < spec.tuples.rounds && tuples.missing() > 0; ++round) {
    if (stop.drain.is_set()) break;
    const std::size_t calls = (tuples.missing() + per_call - 1) / per_call;
    watch.expect(calls);

    // The calls are all alike, and only what they bring counts: a list of futures.
    std::vector<Future<Answer>> futures;
    futures.reserve(calls);
    for (std::size_t i = 0; i < calls; ++i) {
      futures.push_back(asker.ask(tuples_request(spec, number++)));
    }
    for (const auto& future : futures) {
      const Answer& answer = future.result();
      watch.answered(answer);
      // Not from an answer that failed: a resumed run, which has only the good ones, would differ.
      if (!answer.ok()) continue;
      for (const Json& proposed : member(answer.value, "tuples")) tuples.add(proposed);
    }
  }
  return tuples;
}

std::vector<std::vector<std::string>> generate_queries(Asker& asker, const Spec& spec,
                                                       const std::vector<Tuple>& tuples,
                                                       llm::Watch& watch) {
  watch.expect(tuples.size());

  // Each answer belongs to a tuple, and moves the bar as soon as it is there: a map from future to
  // index.
  std::unordered_map<Future<Answer>, std::size_t> future_to_index;
  for (std::size_t i = 0; i < tuples.size(); ++i) {
    future_to_index[asker.ask(queries_request(spec, tuples[i], i))] = i;
  }
  std::vector<std::vector<std::string>> queries(tuples.size());
  for (const auto& future : as_completed(future_to_index)) {
    const Answer& answer = future.result();
    watch.answered(answer);
    if (!answer.ok()) continue;
    queries[future_to_index[future]] =
        member(answer.value, "queries").get<std::vector<std::string>>();
  }
  return queries;
}

}  // namespace fanout::cli::queries
