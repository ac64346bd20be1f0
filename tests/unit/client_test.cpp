// SPDX-License-Identifier: MIT
// The client, step by step: where calls go, how they come back, and what a death does to them.
#include "remote/client.hpp"

#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "memory_transport.hpp"
#include "support/unhandled.hpp"
#include "support/vocabulary.hpp"

namespace fanout::test {
namespace {

std::vector<int> ran;  // what the workers of the present test have run, in order

int run(int label) {
  ran.push_back(label);
  return label;
}
bool sees_stop(std::stop_token token, int) { return token.stop_requested(); }

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { ran.clear(); }
};

TEST_F(ClientTest, starts_a_worker_for_the_first_call_and_brings_its_result) {
  MemoryPool pool({.max_workers = 2});
  const Future<int> future = pool.submit(run, 1);
  ASSERT_EQ(pool.transport->workers.size(), 1U);
  check_pending(future);
  pool.worker(0).become_ready();
  EXPECT_TRUE(pool.worker(0).step());
  check_running(future);  // it has claimed its slot, and the answer is not yet here
  pool.collect();
  EXPECT_EQ(future.result(), 1);
}

TEST_F(ClientTest, wants_as_many_workers_as_there_are_calls_up_to_the_limit) {
  MemoryPool pool({.max_workers = 3});
  std::vector<Future<int>> futures;
  for (int i = 0; i < 10; ++i) futures.push_back(pool.submit(run, i));
  EXPECT_EQ(pool.transport->workers.size(), 1U);
  EXPECT_EQ(pool.transport->wanted, 2);
  pool.settle();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), i);
  EXPECT_EQ(pool.transport->workers.size(), 3U);
  const Future<int> last = pool.submit(run, 11);
  EXPECT_EQ(pool.transport->wanted, 0);  // an idle one is there
  pool.settle();                         // a call that is never finished keeps its client for ever
  EXPECT_EQ(last.result(), 11);
}

TEST_F(ClientTest, cancels_what_was_sent_ahead_until_the_worker_claims_it) {
  MemoryPool pool({.max_workers = 1});
  const auto first = pool.submit(run, 1);
  const auto second = pool.submit(run, 2);
  pool.worker(0).become_ready();
  EXPECT_EQ(pool.worker(0).calls.size(), 2U);  // both are on their way
  EXPECT_TRUE(pool.worker(0).step());
  EXPECT_FALSE(first.cancel());
  EXPECT_TRUE(second.cancel());
  check_cancelled(second);
  pool.settle();
  EXPECT_EQ(first.result(), 1);
  EXPECT_EQ(ran, std::vector{1});
}

TEST_F(ClientTest, takes_calls_back_from_a_busy_worker_for_an_idle_one) {
  MemoryPool pool({.max_workers = 2});
  const auto first = pool.submit(run, 1);
  const auto second = pool.submit(run, 2);
  pool.worker(0).become_ready();
  EXPECT_EQ(pool.worker(0).calls.size(), 2U);
  const auto other = pool.transport->start_wanted();
  other->become_ready();
  pool.collect();
  EXPECT_TRUE(other->step());
  pool.collect();
  EXPECT_EQ(second.result(), 2);
  EXPECT_EQ(ran, std::vector{2});
  pool.settle();
  EXPECT_EQ(first.result(), 1);
  EXPECT_EQ(ran, (std::vector{2, 1}));
}

// faults: a worker that dies fails the call it runs, and no other
TEST_F(ClientTest, fails_what_a_dead_worker_had_claimed_and_sends_the_rest_again) {
  MemoryPool pool({.max_workers = 1});
  const auto running = pool.submit_with({.name = "index"}, run, 1);
  const auto ahead = pool.submit(run, 2);
  const auto queued = pool.submit(run, 3);
  const auto worker = pool.transport->workers[0];
  worker->become_ready();
  pool.collect();
  worker->silent = true;
  EXPECT_TRUE(worker->step());
  pool.transport->die(worker);
  const std::string text = check_failed<WorkerDied>(running);
  EXPECT_TRUE(holds(text, "index failed: its worker (pid 4711 was ended by SIGKILL)"));
  EXPECT_TRUE(holds(text, "its last words"));
  check_pending(ahead);
  pool.settle();
  EXPECT_EQ(ahead.result() + queued.result(), 5);
  EXPECT_EQ(ran, (std::vector{1, 2, 3}));
}

TEST_F(ClientTest, counts_an_answer_that_was_sent_before_the_death) {
  MemoryPool pool({.max_workers = 1});
  const auto future = pool.submit(run, 1);
  const auto worker = pool.transport->workers[0];
  worker->become_ready();
  pool.collect();
  worker->step();
  pool.transport->die(worker);
  EXPECT_EQ(future.result(), 1);
}

TEST_F(ClientTest, breaks_after_three_deaths_in_a_row_before_a_worker_was_ready) {
  MemoryPool pool({.max_workers = 1});
  const auto future = pool.submit(run, 1);
  for (int death = 0; death < 3; ++death) {
    check_pending(future);
    if (death > 0) pool.transport->start_wanted();
    pool.transport->die(pool.transport->workers[0]);
  }
  EXPECT_TRUE(holds(check_failed<BrokenProcessPool>(future), "end before they are ready"));
  EXPECT_TRUE(holds(thrown<BrokenProcessPool>([&] { (void)pool.submit(run, 2); }), "SIGKILL"));
}

TEST_F(ClientTest, bears_more_deaths_at_start_once_a_worker_was_ready) {
  MemoryPool pool({.max_workers = 1});
  const auto first = pool.submit(run, 1);
  pool.worker(0).become_ready();
  pool.settle();
  EXPECT_EQ(first.result(), 1);
  pool.transport->die(pool.transport->workers[0]);
  const auto second = pool.submit(run, 2);
  for (int death = 0; death < 10; ++death) {
    pool.transport->die(pool.transport->workers[0]);
    pool.transport->start_wanted();
  }
  check_pending(second);
  pool.worker(0).become_ready();
  pool.settle();
  EXPECT_EQ(second.result(), 2);
}

TEST_F(ClientTest, breaks_on_the_first_death_if_told_so) {
  MemoryPool pool({.max_workers = 2, .break_on_death = true});
  const auto running = pool.submit(run, 1);
  const auto queued = pool.submit(run, 2);
  const auto worker = pool.transport->workers[0];
  worker->become_ready();
  pool.collect();
  worker->silent = true;
  worker->step();
  pool.transport->die(worker);
  check_failed<BrokenProcessPool>(running);
  check_failed<BrokenProcessPool>(queued);
  EXPECT_NE(running.exception(), queued.exception());  // handlers share nothing
}

// conformance: 106
TEST_F(ClientTest, breaks_when_no_worker_is_left_and_none_can_be_started) {
  MemoryPool pool({.max_workers = 1});
  const auto future = pool.submit(run, 1);
  pool.worker(0).become_ready();
  pool.collect();
  pool.transport->die(pool.transport->workers[0]);
  pool.transport->fail_wanted();
  EXPECT_EQ(check_failed<BrokenProcessPool>(future), "a worker could not be started");
}

TEST_F(ClientTest, throws_what_kept_the_first_worker_from_starting_and_may_be_used_again) {
  MemoryPool pool({.max_workers = 1});
  pool.transport->cannot_start = true;
  EXPECT_EQ(thrown<std::runtime_error>([&] { (void)pool.submit(run, 1); }), "no more processes");
  pool.transport->cannot_start = false;
  const auto future = pool.submit(run, 2);
  pool.settle();
  EXPECT_EQ(future.result(), 2);
  EXPECT_EQ(ran, std::vector{2});
}

TEST_F(ClientTest, goes_on_with_the_workers_it_has_when_another_cannot_be_started) {
  MemoryPool pool({.max_workers = 2});
  const auto one = pool.submit(run, 1);
  const auto two = pool.submit(run, 2);
  pool.transport->fail_wanted();
  pool.settle();
  EXPECT_EQ(one.result() + two.result(), 3);
}

// conformance: 100, 102
TEST_F(ClientTest, replaces_a_worker_after_so_many_tasks) {
  MemoryPool pool({.max_workers = 1, .max_tasks_per_worker = 3});
  std::vector<Future<int>> futures;
  for (int i = 0; i < 10; ++i) futures.push_back(pool.submit(run, i));
  const auto first = pool.transport->workers[0];
  pool.settle();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), i);
  EXPECT_TRUE(first->left);
  EXPECT_EQ(pool.client->stats().died, 0U);
}

// conformance: 100
TEST_F(ClientTest, counts_no_task_that_was_cancelled_among_those_of_a_worker) {
  MemoryPool pool({.max_workers = 1, .max_tasks_per_worker = 2});
  const auto first = pool.submit(run, 1);
  const auto second = pool.submit(run, 2);
  const auto worker = pool.transport->workers[0];
  worker->become_ready();
  EXPECT_EQ(worker->calls.size(), 2U);  // both are on their way
  EXPECT_TRUE(second.cancel());
  EXPECT_TRUE(worker->step());
  EXPECT_TRUE(worker->step());
  pool.collect();
  const auto third = pool.submit(run, 3);
  EXPECT_TRUE(worker->step());
  pool.collect();
  ASSERT_TRUE(third.done());
  EXPECT_EQ(third.result(), 3);
  EXPECT_EQ(ran, (std::vector{1, 3}));
  EXPECT_TRUE(worker->step());  // now it is told to leave
  EXPECT_TRUE(worker->left);
  pool.settle();
}

TEST_F(ClientTest, sends_the_calls_of_a_group_to_one_worker_in_order) {
  MemoryPool pool({.max_workers = 2});
  detail::RemoteSubmitter chunks(pool.client, 4);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 8; ++i) futures.push_back(chunks.submit(run, i));
  const auto other = pool.transport->start_wanted();
  pool.worker(0).become_ready();
  other->become_ready();
  pool.collect();
  while (pool.worker(0).step()) {
    pool.collect();
  }
  EXPECT_EQ(ran, (std::vector{0, 1, 2, 3}));
  pool.settle();
  EXPECT_EQ(ran.size(), 8U);
}

TEST_F(ClientTest, fails_a_call_whose_time_is_over_at_once_and_has_its_worker_ended) {
  MemoryPool pool({.max_workers = 1});
  const auto slow = pool.submit_with({.timeout = std::chrono::seconds(0)}, run, 1);
  const auto next = pool.submit(run, 2);
  const auto worker = pool.transport->workers[0];
  worker->become_ready();
  pool.collect();
  // The news of its start arrives; its result is not there yet.
  worker->step();
  const auto result = worker->answers.back();
  worker->answers.pop_back();
  pool.collect();
  check_running(slow);
  pool.client->expire();
  EXPECT_TRUE(holds(check_failed<TaskTimeoutError>(slow), "ran longer than its limit of 0 s"));
  EXPECT_TRUE(worker->ended);
  worker->answers.push_back(result);  // it obeyed, too late
  pool.settle();
  EXPECT_EQ(next.result(), 2);
  EXPECT_EQ(ran, (std::vector{1, 2}));
}

TEST_F(ClientTest, brings_a_request_to_stop_before_and_after_the_call_was_sent) {
  MemoryPool pool({.max_workers = 1});
  std::vector<Future<bool>> futures;
  for (int i = 0; i < 4; ++i) futures.push_back(pool.submit(sees_stop, i));
  EXPECT_TRUE(futures[0].request_stop());   // was sent
  EXPECT_TRUE(futures[3].request_stop());   // was not
  EXPECT_FALSE(futures[3].request_stop());  // once is enough
  pool.worker(0).become_ready();
  pool.settle();
  EXPECT_EQ(futures[0].result(), true);
  EXPECT_EQ(futures[1].result(), false);
  EXPECT_EQ(futures[2].result(), false);
  EXPECT_EQ(futures[3].result(), true);
  EXPECT_FALSE(futures[0].request_stop());
}

TEST_F(ClientTest, ends_a_worker_that_breaks_the_rules) {
  for (const auto kind : {detail::MessageKind::result, detail::MessageKind::skipped,
                          detail::MessageKind::started, detail::MessageKind::call}) {
    MemoryPool pool({.max_workers = 1});
    const auto future = pool.submit(run, 1);
    const auto worker = pool.transport->workers[0];
    worker->answers.push_back({{.kind = kind, .slot = 3, .call = 99, .payload = {}}, {}});
    pool.collect();
    EXPECT_TRUE(worker->ended);
    pool.transport->die(worker);
    pool.settle();
    EXPECT_EQ(future.result(), 1);  // it had not been started, so another worker ran it
  }
}

// faults: truncated / garbage bytes
TEST_F(ClientTest, counts_the_answers_that_came_before_nonsense) {
  MemoryPool pool({.max_workers = 1});
  const auto first = pool.submit(run, 1);
  const auto second = pool.submit(run, 2);
  const auto worker = pool.transport->workers[0];
  worker->become_ready();
  pool.collect();
  EXPECT_TRUE(worker->step());
  EXPECT_TRUE(worker->step());
  worker->mad = true;
  pool.collect();
  EXPECT_TRUE(worker->ended);
  ASSERT_TRUE(first.done() && second.done());
  EXPECT_EQ(first.result() + second.result(), 3);
  pool.settle();
  EXPECT_EQ(ran, (std::vector{1, 2}));
}

TEST_F(ClientTest, aborted_fails_everything_and_counts_as_shut_down) {
  MemoryPool pool({.max_workers = 1});
  const auto running = pool.submit(run, 1);
  const auto ahead = pool.submit(run, 2);
  pool.worker(0).become_ready();
  pool.worker(0).step();
  pool.client->abort("ended on purpose", detail::Ending::now);
  EXPECT_EQ(check_failed<BrokenProcessPool>(running), "ended on purpose");
  EXPECT_EQ(check_failed<BrokenProcessPool>(ahead), "ended on purpose");
  thrown<ShutdownError>([&] { (void)pool.submit(run, 3); });
  pool.settle();
  EXPECT_TRUE(pool.client->finished());
  EXPECT_EQ(ran, std::vector{1});
}

// Whatever a worker gets to do while the first of them is cancelled, whose callbacks may take long.
TEST_F(ClientTest, closed_and_cancelling_lets_no_worker_start_what_had_not_started) {
  MemoryPool pool({.max_workers = 1});
  std::vector<Future<int>> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(pool.submit(run, i));
  pool.worker(0).become_ready();
  EXPECT_TRUE(pool.worker(0).step());
  for (std::size_t i = 1; i < futures.size(); ++i) {
    futures[i].add_done_callback([&pool](const Future<int>&) {
      while (pool.worker(0).step()) pool.collect();
    });
  }
  pool.client->close(true);
  EXPECT_EQ(futures[0].result(), 0);
  for (std::size_t i = 1; i < futures.size(); ++i) check_cancelled(futures[i]);
  EXPECT_EQ(ran, std::vector{0});
}

TEST_F(ClientTest, closed_finishes_what_it_has_and_lets_the_workers_go) {
  MemoryPool pool({.max_workers = 2});
  const auto future = pool.submit(run, 1);
  pool.client->close(false);
  EXPECT_FALSE(pool.client->finished());
  pool.settle();
  EXPECT_EQ(future.result(), 1);
  EXPECT_TRUE(pool.client->finished());
}

}  // namespace
}  // namespace fanout::test
