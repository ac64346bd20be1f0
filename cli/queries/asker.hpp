// SPDX-License-Identifier: MIT
// Asks a model, and keeps every answer: what was answered in an earlier run is not asked again.
#pragma once

#include <string>
#include <unordered_map>

#include <fanout/future.hpp>

#include "../event.hpp"
#include "../llm/dispatcher.hpp"
#include "../llm/result_file.hpp"

namespace fanout::cli::queries {

// The journal has the form of the results of `fanout llm`. Answers are in it before the program
// ends, whatever ends it; at most the calls in flight are lost.
class Asker {
 public:
  Asker(llm::DispatcherOptions options, llm::ResultFile& journal, Stop& stop);

  // An earlier answer is a future that is done already. Answers to requests with a schema fit it.
  Future<llm::Answer> ask(llm::Request request);

  // Blocks until all answers are in the journal.
  void wait() { dispatcher_.wait(); }
  std::string fatal() const { return dispatcher_.fatal(); }

 private:
  llm::ResultFile& journal_;
  Stop& stop_;
  const llm::Secret key_;  // which an answer from the journal may still hide
  std::unordered_map<std::string, std::string> known_;  // id: body of the response
  llm::Dispatcher dispatcher_;
};

}  // namespace fanout::cli::queries
