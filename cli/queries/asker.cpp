// SPDX-License-Identifier: MIT
// Asker: looking into the journal first, and writing to it.
#include "asker.hpp"

#include <utility>

#include <fanout/promise.hpp>

#include "../llm/judge.hpp"

namespace fanout::cli::queries {

Asker::Asker(llm::DispatcherOptions options, llm::ResultFile& journal, Stop& stop)
    : journal_(journal),
      stop_(stop),
      key_(options.endpoint.key),
      dispatcher_(std::move(options), stop) {
  journal_.read(stop.drain, [this](llm::Record&& record) {
    if (record.ok) known_[record.id] = to_text(record.body);
  });
}

Future<llm::Answer> Asker::ask(llm::Request request) {
  if (const auto known = known_.find(request.id); known != known_.end()) {
    http::Response kept;
    kept.status = 200;
    llm::Answer answer = llm::judge(request, kept, known->second, key_);
    answer.usage = {};  // paid for already
    if (answer.ok()) {
      Promise<llm::Answer> promise;
      promise.set_value(std::move(answer));
      return promise.get_future();
    }
  }
  auto future = dispatcher_.submit(std::move(request));
  // Runs in the thread that completes the call.
  future.add_done_callback([this](const Future<llm::Answer>& done) {
    const llm::Answer& answer = done.result();
    if (!answer.dropped() && !journal_.append(to_record(answer))) stop_.ask_to_stop_now();
  });
  return future;
}

}  // namespace fanout::cli::queries
