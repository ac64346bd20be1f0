// SPDX-License-Identifier: MIT
#include "execution.hpp"

#include <cstdarg>
#include <cstdio>

namespace model {

RunTime run_time;

void fail(const char* format, ...) {
  run_time.inside = true;
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  run_time.execution.end_as_failure(text);
}

void Execution::end_as_failure(std::string text) {
  end_ = End::failed;
  failure_ = "thread " + std::to_string(run_time.threads.index()) + ": " + std::move(text);
  run_time.threads.leave();
}

void* Execution::run_body(void*) {
  run_time.execution.case_->body();
  return nullptr;
}

Execution::End Execution::run(const Case& which, const Budget& budget) {
  case_ = &which;
  budget_ = budget;
  end_ = End::complete;
  failure_.clear();
  outcomes_.clear();
  exit_handlers_.clear();
  exit_handlers_published_ = {};
  ++number_;
  run_time.image.restore();
  run_time.heap.free_all();
  run_time.shadow.forget_all(number_);
  run_time.atomics.forget_all();
  run_time.mutexes.forget_all();
  run_time.threads.run(&Execution::run_body);
  usual_steps_ = std::max(usual_steps_, run_time.threads.steps());
  if (end_ == End::complete) check_leaks();
  return end_;
}

void Execution::check_leaks() {
  const std::vector<std::size_t> lost = run_time.heap.lost();
  if (lost.empty()) return;
  end_ = End::failed;
  failure_ = std::to_string(lost.size()) + " blocks are lost, of these sizes:";
  for (const std::size_t bytes : lost) failure_ += " " + std::to_string(bytes);
}

void Execution::at_exit(Destructor handler) {
  exit_handlers_.push_back(handler);
  exit_handlers_published_.join(run_time.threads.release());
}

// As exit() would: the last registered first; a handler may register others.
void Execution::run_exit_handlers() {
  while (!exit_handlers_.empty()) {
    const Destructor handler = exit_handlers_.back();
    exit_handlers_.pop_back();
    run_time.threads.current().clock.join(exit_handlers_published_);
    run_time.inside = false;
    handler.call(handler.object);
    run_time.inside = true;
  }
}

void Execution::check_seen(int preemptions, int surprises) {
  if (!run_time.choices.exhaustive() || !run_time.choices.is_new()) return;
  Threads& threads = run_time.threads;
  std::uint64_t state = threads.index() + 1;
  for (unsigned i = 0; i < threads.count(); ++i) {
    state = mix(state, threads[i].history + threads[i].operations);
    state = mix(state, static_cast<std::uint64_t>(threads[i].phase) * 2 + threads[i].yielded);
  }
  if (!seen_.before(state, preemptions, surprises)) return;
  end_ = End::cut_short;
  threads.leave();
}

}  // namespace model
