/**
 * Every number that was chosen. Each with its unit, its source, and what breaks at the extremes.
 */

// Sizes ------------------------------------------------------------------------------------------------------------

/** Payload of one `block`, bytes. 16 KiB as in BEP 3: larger messages hold up control, smaller ones cost headers. */
export const BLOCK_BYTES = 16 * 1024;
/** A chunk: 2 s of 24-bit 192 kHz stereo FLAC is 1.6 MB. Larger would let a manifest demand unbounded memory. */
export const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
/** Six hours in chunks of 2 s. Bounds bitfields (1.3 KB) and manifests. */
export const MAX_CHUNKS_PER_TRACK = 10_800;
/** FLAC's STREAMINFO and Vorbis' set-up headers are a few KB. */
export const MAX_INIT_BYTES = 64 * 1024;
/** A cover is a thumbnail: fetched by everyone before they see it. */
export const MAX_COVER_BYTES = 64 * 1024;
/** The same in ms of music. */
export const MAX_TRACK_MS = 6 * 3600 * 1000;
/** 10,800 chunks at 45 bytes, an init segment, tags. */
export const MAX_MANIFEST_BYTES = 640 * 1024;
/** One message on a data channel; 64 KiB is what every browser takes in one piece (RFC 8831, 6.6). */
export const MAX_WIRE_MESSAGE_BYTES = 64 * 1024;
/** One message to or from the server, bytes of UTF-8. Two signed documents of a full programme fit. */
export const MAX_SIGNALLING_MESSAGE_BYTES = 256 * 1024;

// Time ---------------------------------------------------------------------------------------------------------------

/** Target length of a chunk, µs. Shorter: more hashes and messages; longer: later first sound. */
export const CHUNK_TARGET_US = 2_000_000;

// The jam ------------------------------------------------------------------------------------------------------------

/**
 * How far ahead "play" is scheduled, ms. Shorter: the farthest listener hears of it too late and starts in mid-bar;
 * longer: the host's button feels dead. A fifth of a second covers a phone's 100 ms round trip and the 80 ms that its
 * element takes to sound; what comes up to 40 ms late is made good within the first second.
 */
export const PLAY_LEAD_MS = 200;
/** Played entries that stay in the programme, so that people see what they heard. */
export const PAST_ENTRIES_KEPT = 30;
/** Tracks after the current one that are fetched ahead. More: a phone's storage fills with what may be skipped. */
export const PREFETCH_TRACKS = 3;
/** Up to so many members everyone links to everyone; beyond, a newcomer links to a random few (DESIGN: "about 12"). */
export const FULL_MESH_MEMBERS = 12;
/**
 * With fewer links, a member of a larger jam opens new ones up to the second number at once. Random graphs of degree ≥ 3
 * are connected almost surely; 8 leaves a margin for all that leave in the same minute. The gap between the two
 * (hysteresis) makes of every few losses one rush, not one of each.
 */
export const LOW_WATER_LINKS = 8;
export const PARTIAL_MESH_LINKS = 10;
/** In no hurry, one at a time and so often, it opens more up to this number: an old mesh stays mixed, a split one heals. */
export const AIMED_LINKS = 12;
export const STRETCH_EVERY_MS = 60_000;
/** No peer keeps more links: each costs a phone memory, sockets and keep-alives. */
export const MAX_LINKS = 20;
/** The origin has as many as it may, and fills them up again below this. At 17, under churn, it gives a tenth of a copy more. */
export const HUB_LOW_WATER_LINKS = 12;
/**
 * From so many links on, a peer takes only offers that are needed. At 20 the first comers of a crowd are full for ever;
 * near the mean (15 after a crowd came) everybody asks in vain.
 */
export const LINKS_OPEN_TO_ALL = 16;
/** A link is needed by whoever has fewer than this. */
export const FEW_LINKS = 3;
/** An attempt that takes longer is not counted on: another is begun beside it, ms. Most take 0.3–1 s, over a relay 2 s. */
export const LINK_OVERDUE_MS = 3_000;
/** A lost link to somebody who is still in the jam is tried again after this long, doubling up to the maximum. */
export const RELINK_DELAY_MS = { first: 1_000, max: 30_000 } as const;
/** Who refused because it is full is not asked again for so long, ms. */
export const FULL_REST_MS = 30_000;
/**
 * After so many refusals in a row the next offer waits, twice as long each time. Sooner: newcomers to a full jam lose
 * seconds; later: one sends the whole jam offers, and the server closes whoever sends 1,000 messages at a time.
 */
export const REFUSALS_AT_ONCE = 12;
export const REFUSED_DELAY_MS = { first: 500, max: 30_000 } as const;
/** Newcomers offer by themselves; who has not within this long is offered a link, ms. */
export const NEWCOMER_GRACE_MS = 5_000;
/** Links are replaced within so long, ms, at a random moment: those who lose the same hub don't all rush at once. */
export const REFILL_SPREAD_MS = 2_000;
/** How often neighbours are told of changes among our links, ms. Nobody needs to know sooner; more costs more. */
export const LINKS_TOLD_EVERY_MS = 30_000;
/** How often the session looks at the time: demand, prefetch and pinning follow the playhead at this grain. */
export const SESSION_TICK_MS = 500;
/** Entries of the flight recorder: an evening's worth of exceptions, some 50 KB. */
export const FLIGHT_RECORDER_EVENTS = 400;

// Playback -----------------------------------------------------------------------------------------------------------

/** Music kept in the media buffer ahead of the playhead, ms. Less: a throttled tab runs dry; more: memory. */
export const BUFFER_AHEAD_MS = 30_000;
/** Music kept behind the playhead, ms: a correction backwards finds it still there. */
export const BUFFER_BEHIND_MS = 15_000;
/** What exceeds the bounds by less than this stays for now, so that removals are few and not one per tick. */
export const BUFFER_SLACK_MS = 5_000;
/** Payload ahead of the playhead, bytes. Chromium's SourceBuffer takes 12 MiB of audio, Firefox's 20 MB. */
export const BUFFER_AHEAD_BYTES = 6 * 1024 * 1024;
/** Uncovered music within a chunk that doesn't count, ms: above a frame cut at a window's edge, below anyone's notice. */
export const BUFFER_TOLERANCE_MS = 60;
/** Music that must be buffered from the starting point on before we start there, ms. Less: a stall at once. */
export const START_AHEAD_MS = 400;
/** Empty stretch between two segments of the timeline, ms: far more than any gap that browsers play across. */
export const TIMELINE_GAP_MS = 10_000;
/** How often the player looks by itself, ms. */
export const PLAYER_TICK_MS = 100;
/** And while something is about to happen within the browser, or has just begun to sound. */
export const BUSY_TICK_MS = 15;

/** Errors below this are left alone, ms. Tighter chases the noise of `currentTime` (bench sync: 0.5 ms); wider is heard as colour. */
export const DRIFT_DEAD_ZONE_MS = 1.2;
/** A correction under way ends below this, ms. */
export const DRIFT_SETTLED_MS = 0.3;
/**
 * The same two where time is counted in frames, whose reading hardly strays. Wider: two devices, each at its own end of
 * the zone, are twice that far apart, which was half of what was heard on a quiet machine (bench sync); tighter: the rate
 * follows what the sound system tells.
 */
export const DRIFT_EXACT_DEAD_ZONE_MS = 0.5;
export const DRIFT_EXACT_SETTLED_MS = 0.1;
/**
 * How far from 1 the rate rests. Firefox 153 skips some 20 ms, which its `currentTime` does not know of, whenever the rate
 * comes back to exactly 1 (bench sync): so it never does. Below 1/44,100 Firefox rounds to 1; above, it is a drift of its own.
 */
export const DRIFT_REST_OFFSET = 5e-5;
/** An error is corrected within about this time where the rate limit allows, ms. */
export const DRIFT_CORRECTION_MS = 1_500;
/** Largest change of rate, as a share of 1: a sixth of a semitone, not noticed in music. */
export const DRIFT_RATE_LIMIT = 0.01;
/** While nobody has heard the right pitch yet: most of a semitone for a moment beats seconds of echo. */
export const DRIFT_START_RATE_LIMIT = 0.05;
/** How long a start lasts, ms: what is not corrected by then is corrected slowly. */
export const DRIFT_START_PHASE_MS = 1_000;
/** A correction during the start takes no less than this, ms: shorter overshoots by what one look at the clock is late. */
export const DRIFT_START_CORRECTION_MS = 200;
/** A playhead that falls back by so much at once broke off: what follows is heard as a start, ms. */
export const DRIFT_BREAK_MS = 12;
/** Errors above this are jumped over, ms: 25 s of correction by rate otherwise. */
export const DRIFT_SEEK_MS = 250;
/**
 * The same where a jump comes exactly where it should and costs 3 ms of fade, ms. Smaller: what the sound system tells
 * wrongly after a stumble (40 ms, bench sync) makes jumps of its own; larger: an echo for as many seconds as tens of ms.
 */
export const DRIFT_EXACT_SEEK_MS = 60;
/**
 * No second exact jump for this long, ms. Longer: a machine that loses a tenth of its sound is as far behind by then as a
 * tenth of it (with doubling it was 1.7 s, bench sync); shorter: each of its breaks would be two.
 */
export const DRIFT_EXACT_SEEK_COOL_DOWN_MS = 1_000;
/** No second correcting seek for this long, ms; doubled while seeks don't help, up to the maximum. */
export const DRIFT_SEEK_COOL_DOWN_MS = 3_000;
export const DRIFT_SEEK_COOL_DOWN_MAX_MS = 48_000;
/**
 * The playhead must have run evenly for so long before its error counts, ms: a sound device that starts reports steps of
 * up to 60 ms, and never longer than this one place (bench sync, Chromium on PulseAudio).
 */
export const DRIFT_MEASURE_AFTER_MS = 120;
/** One that doesn't run evenly for so long is in trouble, and its error counts all the same, ms. */
export const DRIFT_UNSTEADY_MAX_MS = 5_000;
/** In the first second of sound a larger error is jumped over, ms: what that second's rate makes up is 50. */
export const DRIFT_START_SEEK_MS = 60;
/** But not again so soon, ms: on a device that starts as it likes, or breaks off all the time, gaps would only add to it. */
export const DRIFT_START_SEEK_REST_MS = 10_000;

/** Largest output delay that can be set, ms, either way: slow Bluetooth speakers take 300; more is a fault elsewhere. */
export const OUTPUT_DELAY_MAX_MS = 500;
/**
 * A change of the output delay that leaves more to make up than this is jumped over, ms: 5 s of correction by rate.
 * Smaller: every step of somebody who tunes by ear is a gap; larger: they listen to what was true some seconds ago.
 */
export const OUTPUT_DELAY_SEEK_MS = 50;

/** No quartz is further off its nominal rate than this (consumer crystals: 20–50 ppm, hot phones: 100). */
export const CLOCK_MAX_SKEW = 100e-6;
/** Corrections of the reference clock are spread at this rate: half of what playback's rate can follow. */
export const CLOCK_SLEW_RATE = 0.005;
/** Larger corrections are made at once, ms: spreading them would take 20 s and more. */
export const CLOCK_JUMP_MS = 100;
/**
 * Corrections that everybody makes within some seconds of each other (the server is back) are spread ten times longer:
 * whoever is 5 s late is off by 2.5 ms meanwhile. Faster is heard as an echo.
 */
export const CLOCK_COMMON_SLEW_RATE = 0.0005;
/** Larger ones are no drift of quartzes (three hours at 100 ppm), and made at once, ms. */
export const CLOCK_COMMON_JUMP_MS = 1_000;
/** Samples kept; of those older than the recent ones (100 s) some of each time. More: each costs a phone's processor. */
export const CLOCK_WINDOW = 64;
export const CLOCK_RECENT = 40;
/** Older ones are forgotten, ms: a phone's quartz changes by some ppm as it warms up. */
export const CLOCK_HISTORY_MS = 30 * 60_000;
/** What a reading without a round trip is worth, ms: half a second each way on the worst link that can hold a jam. */
export const CLOCK_ROUGH_UNCERTAINTY_MS = 500;
/** Two certain statements that miss each other by less are both right, ms: Firefox's timers are this coarse. */
export const CLOCK_GRAIN_MS = 1;
/**
 * How far an estimated skew (or none: 0) may be off while a likely offset is looked for, not for bounds, ms per ms. Less:
 * a wrong estimate prevails over new samples; more: the quickest packets are forgotten too soon. Seeded trials
 * (decisions/0004) liked 15 to 50 ppm.
 */
export const CLOCK_WANDER = 25e-6;
/** A member that runs on alone adds the error of its own skew estimate to what two quartzes differ by. */
export const CLOCK_PEER_MAX_SKEW = 2 * CLOCK_MAX_SKEW;
/** A neighbour whose time is off from what is certain by more than this has slept, or lies, ms. */
export const CLOCK_DISBELIEF_MS = 1_000;
/** Without the server, how often all neighbours are asked for the time, ms; who is followed is asked more often. */
export const CLOCK_SURVEY_MS = 20_000;
/** What a neighbour said of its time is worth nothing after so long, ms: two surveys and a bit. */
export const CLOCK_OFFER_MS = 45_000;
/** Whom all follow is gone when nobody has heard of it for so long, ms: asked every 5 s, it is 25 s old five links away. */
export const CLOCK_ROOT_LOST_MS = 60_000;
/** Times told to one neighbour: so many at once, and so many per second. Less: its first probes (probing.ts) go unanswered. */
export const CLOCK_TELLS = { burst: 16, perSecond: 2 } as const;

// Links --------------------------------------------------------------------------------------------------------------

/**
 * `drained` is said when the bulk lane holds less than this, bytes. Four blocks: lower starves a fast link between two
 * turns of the event loop, higher makes a cancel or an urgent block wait behind what is already queued.
 */
export const BULK_LOW_WATER_BYTES = 64 * 1024;
/** A link that is not open this long after its start is given up, ms. Browsers need up to 15 s to call ICE failed. */
export const LINK_CONNECT_TIMEOUT_MS = 20_000;
/** "disconnected" mends itself within a second or two more often than not (lost STUN answers); after this, restart. */
export const LINK_RESTART_DELAY_MS = 2_000;
/** A restart that brought nothing is repeated, since its offer may have been lost with the server, ms. */
export const LINK_RESTART_INTERVAL_MS = 5_000;
/** A link that lost its peer is kept this long, ms. Shorter breaks links in a tunnel; longer keeps the dead on screen. */
export const LINK_GRACE_MS = 20_000;

// Signalling channel -------------------------------------------------------------------------------------------------

/** First upper bound of the random wait before reconnecting, ms; doubles with each attempt (full jitter). */
export const RECONNECT_BASE_MS = 500;
/** Last upper bound, ms. A server that comes back is found within this; much shorter is a stampede on its return. */
export const RECONNECT_CAP_MS = 10_000;
/** A connection that lived this long counts as good and resets the back-off, ms. */
export const RECONNECT_STABLE_MS = 10_000;
/** A connection attempt that hangs longer (a swallowed SYN) is abandoned, ms. */
export const SOCKET_CONNECT_TIMEOUT_MS = 10_000;
/**
 * Something was sent and nothing at all came back for this long: the socket is dead although nobody said so, ms.
 * Clock probes are answered at once, so they must be sent more often than this.
 */
export const SOCKET_SILENCE_MS = 20_000;

// Keeping ------------------------------------------------------------------------------------------------------------

/** Share of the browser's quota that music may take. More leaves the browser no room to refuse politely. */
export const STORE_QUOTA_SHARE = 0.5;
/** Nobody expects a web page to keep more, bytes (8 GiB: about 2,000 songs); settable. */
export const STORE_MAX_BUDGET_BYTES = 8 * 1024 ** 3;
/** Budget where the browser does not tell its quota (insecure contexts), bytes. */
export const STORE_UNKNOWN_QUOTA_BUDGET_BYTES = 512 * 1024 ** 2;
/** Less room than this is not worth a database, bytes: memory holds more. */
export const STORE_MIN_BUDGET_BYTES = 16 * 1024 ** 2;
/** Budget without a database, bytes: some 60 songs; phones kill tabs that hold much more. */
export const MEMORY_STORE_BUDGET_BYTES = 256 * 1024 ** 2;
/** A track without a manifest that nobody wrote to for so long belongs to an import that died, ms. */
export const STAGED_TRACK_GRACE_MS = 5 * 60_000;
/** A database that does not open in this time (blocked by another tab, or stuck) is done without, ms. */
export const STORE_OPEN_TIMEOUT_MS = 5_000;
/** Jams remembered; the ones visited longest ago are forgotten first. */
export const MAX_JAMS_KEPT = 100;

// Wire ---------------------------------------------------------------------------------------------------------------

/** Tracks that one end of a link may ever name. 200 hours of music; more is a peer that wants our memory. */
export const MAX_TRACK_HANDLES = 4096;

// Picking ------------------------------------------------------------------------------------------------------------

/** No two picks for messages are closer, ms: a crowd's `have`s come by the dozen. Longer idles fast links. */
export const PICK_INTERVAL_MS = 5;
/**
 * How far ahead of the playhead pieces have deadlines, ms. Shorter: one slow peer is heard; longer: everyone fetches
 * the same pieces at the same time and has nothing to trade.
 */
export const PLAYBACK_WINDOW_MS = 10_000;
/**
 * A piece due sooner is urgent: taken from whoever has it soonest, the origin included, choked or not. Shorter than a
 * slow link takes for one chunk is a stall; longer costs copies, since listeners get no time to pass the piece on.
 */
export const URGENT_MS = 2500;
/** Where music comes in plenty, deadlines rule so far ahead, ms. Less: urgent requests meet peers that have nothing yet. */
export const DUE_MS = 6_000;
/**
 * Music must come so many times faster than it plays for deadlines not to matter beyond what is urgent. Less: a slow
 * patch is heard; more: everyone fetches the same pieces at the same time.
 */
export const HASTE = 4;
/** How many of the neighbours ask the origin for the same piece of the window. Fewer may be none; more are refused. */
export const FIRST_TAKERS = 3;
/** Programme tracks that are fetched at a time. One would leave links idle at its end; many spread thin. */
export const MAX_ACTIVE_TRACKS = 3;
/** A block that was asked for as not urgent, and became so, is asked for again if it has not come in this time, ms. */
export const PROMOTE_MS = 300;
/** Peers asked for the same block at most (endgame, or late and urgent). Each more is one more duplicate. */
export const MAX_ASKS_PER_BLOCK = 2;
/**
 * How much sooner, ms, the origin must have an urgent block to be preferred to a listener when neither is late:
 * what the origin need not send twice, everybody gets sooner.
 */
export const ORIGIN_HANDICAP_MS = 60;
/**
 * The origin is spared while the listeners that serve a track give us this many times its own rate. Less: one slow
 * listener that has it all keeps everybody from the origin; more: the origin is asked for what listeners would give.
 */
export const SPARE_ORIGIN_FACTOR = 2;
/** A peer that refused a piece is not asked for it again for so long, ms, unless it becomes urgent. */
export const REFUSED_RETRY_MS = 1_500;
/** The same where the piece is urgent: it is refused by who has more urgent requests than it can serve in time. */
export const REFUSED_URGENT_RETRY_MS = 350;
/**
 * A chunk that will be over sooner is not fetched for the playhead, ms: it could not be here in time on any link.
 * Longer skips what a fast link would still bring.
 */
export const PLAYHEAD_LEAD_MS = 250;
/** A listener that chokes us longer, ms, no longer counts as somebody who will give us what it has. */
export const CHOKED_SOURCE_GRACE_MS = 5_000;

// Links: how much is asked for at a time -----------------------------------------------------------------------------

/** Outstanding requests per link, as time at the measured rate, ms. Below the round trip links idle; far above it what is asked cannot be taken back in time. */
export const OUTSTANDING_TARGET_MS = 500;
/** Least outstanding bytes per link, a new one's too. One chunk of MP3: what waits at a slow peer is not asked of an idle one. */
export const OUTSTANDING_MIN_BYTES = 2 * BLOCK_BYTES;
/** Most outstanding bytes per link; 100 Mbit/s at 84 ms. Bounds what a link that breaks costs. */
export const OUTSTANDING_MAX_BYTES = 1024 * 1024;
/**
 * Outstanding of all listeners together, besides what is urgent: so much music, ms (six chunks), or what comes in so much
 * time. Less: their uplinks wait for requests; more: what waits at a busy peer is not asked of the idle one beside it.
 */
export const COMMITTED_MUSIC_MS = 12_000;
export const COMMITTED_MS = 400;
/** What urgent requests may add to that, bytes: one chunk of FLAC. */
export const OUTSTANDING_URGENT_EXTRA_BYTES = 256 * 1024;
/** Assumed of a link before it is measured: 2 Mbit/s (bytes per ms) and a round trip of 100 ms. */
export const INITIAL_LINK_BYTES_PER_MS = 250;
export const INITIAL_LINK_RTT_MS = 100;
/** Time constant of the link rate, ms of busy time. Shorter follows bursts, longer keeps asking a link that has died down. */
export const LINK_RATE_TIME_CONSTANT_MS = 1_500;
/** Bounds of the request time-out (RFC 6298 with the music's patience), ms. Too short doubles traffic, too long is heard. */
export const REQUEST_TIMEOUT_MIN_MS = 1_000;
export const REQUEST_TIMEOUT_INITIAL_MS = 2_500;
export const REQUEST_TIMEOUT_MAX_MS = 8_000;
/** A manifest part that takes longer is asked for elsewhere, ms: nothing can start before the manifest is there. */
export const MANIFEST_TIMEOUT_MS = 1_500;
/** What may come of the first piece before its manifest, bytes: 2 s of the heaviest FLAC that anyone hears. */
export const MAX_HEAD_START_BYTES = 2 * 1024 * 1024;
/** A peer that had no manifest, or did not answer, is left in peace for so long, ms. */
export const MANIFEST_RETRY_MS = 1_000;
/** Manifest parts outstanding: 128 KiB, the manifest of an hour, in one round trip. */
export const MANIFEST_PIPELINE_PARTS = 8;

// Uploading ----------------------------------------------------------------------------------------------------------

/**
 * The next block is sent when what stands before it on our uplink takes no longer than this, ms. With what a block takes
 * and what we think too well of the uplink, the queue stays under 100 ms (RFC 6817). Less idles where timers are coarse;
 * more is in every newcomer's way.
 */
export const UPLOAD_TARGET_DELAY_MS = 10;
/** And so much longer at most where timers ring late, ms: hidden tabs have one a second. More: the queue is above 100 ms. */
export const UPLOAD_TIMER_SLACK_MS = 60;
/**
 * What may be under way beyond what the loop needs, as time on our uplink, ms: reports come late and in bunches. Less, and
 * we wait for reports on an idle uplink (10: a tenth of the time, simulator); more, and a queue that is misjudged grows.
 */
export const UPLOAD_WINDOW_SLACK_MS = 30;
/**
 * Bytes sent and not yet reported received, over all links: start, least and most. The start is four first chunks of
 * MP3 on links that begin slowly: fewer leave a home's uplink idle, more make each of them later than need be.
 */
export const UPLOAD_WINDOW_INITIAL_BYTES = 8 * BLOCK_BYTES;
export const UPLOAD_WINDOW_MIN_BYTES = 2 * BLOCK_BYTES;
export const UPLOAD_WINDOW_MAX_BYTES = 4 * 1024 * 1024;
/** The lowest delay of this long, ms, is taken for a link without a queue; clocks drift 3 ms a minute (50 ppm). */
export const UPLOAD_BASE_DELAY_MS = 60_000;
/** What the uplink was seen to carry counts for twice so long at most, ms of busy time: it may have become slower. */
export const UPLOAD_RATE_MEMORY_MS = 5_000;
/**
 * A link that reports nothing for so long is left alone until it does, ms: a phone that was put to sleep. Longer and
 * it holds up the uploads to everybody else; shorter than a round trip, and every block is waited for.
 */
export const UPLOAD_REPORT_TIMEOUT_MS = 1_000;
/**
 * How far urgent blocks may go beyond the window, bytes: 50 ms at 5 Mbit/s. None: they wait for the others' reports;
 * without end, seven newcomers fill the uplink with seconds of what is too late when it comes.
 */
export const UPLOAD_URGENT_EXTRA_BYTES = 2 * BLOCK_BYTES;
/** Bulk bytes that may wait in a link's own buffer, bytes: 100 ms at 5 Mbit/s. */
export const BULK_BUFFER_BYTES = 64 * 1024;
/** Blocks that one peer may have waiting here: 4 MiB and a piece of the largest kind. More is refused. */
export const MAX_QUEUED_BLOCKS_PER_PEER = 512;
/** Having waited for so long counts as much as there being one copy less, ms. Longer: what many have waits for ever. */
export const RARITY_PATIENCE_MS = 1000;
/** Pieces read from the store at a time for uploads. */
export const MAX_PIECE_READS = 4;
/** A piece that the origin gave to one peer is not given to the next for so long from the first request on, ms, unless it is urgent. */
export const GIVING_HOLD_MS = 4_000;
/**
 * With more urgent blocks waiting than the uplink carries in this time, ms (and than these bytes: two chunks of MP3),
 * an urgent piece too goes to one peer first. Longer: everybody waits for everybody's copy, and with FLAC nobody ever
 * catches up; shorter: newcomers who could be served at once wait a round trip more.
 */
export const URGENT_BACKLOG_MS = 250;
export const URGENT_BACKLOG_MIN_BYTES = 4 * BLOCK_BYTES;
/**
 * With more waiting than the uplink carries in this time, ms, a piece that is not urgent goes to one peer at a time too.
 * Longer: in a crowd all queue at those who were given something new, while half of the uplinks idle; shorter: uplinks
 * run out of requests.
 */
export const UPLOAD_BACKLOG_MS = 200;
/** One block in so many is not urgent, however many are: else the origin never gets round to what is urgent next. */
export const URGENT_RUN_BLOCKS = 3;
/**
 * Share of the uplink that the origin spends on urgent pieces it has given to others already, and how far it may go
 * at once: five chunks of MP3, from which a crowd can spread them. More: nothing new comes into the swarm, so that its
 * uplinks idle in the first seconds (a quarter instead of a tenth: 5 % later in the end), and with FLAC everybody lives
 * from hand to mouth; less: newcomers wait for peers who have hardly more than they (2 %: first pieces a fifth later).
 */
export const ORIGIN_REPEAT_SHARE = 0.1;
export const ORIGIN_REPEAT_BYTES = 160 * 1024;
/** With so many neighbours what was given to one is soon with all; fewer are a full mesh of friends. */
export const CROWD = 8;
/**
 * In a crowd the origin gives nobody more than so many times what most were given, and a little, of what others have;
 * nor anything to who has kept to itself more than so many times what most have, and a little.
 */
export const GIVING_SHARE = 2;
export const GIVING_SLACK_PIECES = 1;
/** Uplink before it is measured: 5 Mbit/s, bytes per ms. */
export const UPLINK_ASSUMED_BYTES_PER_MS = 625;
/** How often a peer may have a manifest from us on one link. */
export const MAX_MANIFEST_SERVINGS = 3;

// Choking ------------------------------------------------------------------------------------------------------------

/** Uploads at a time, at least: an uplink that is too thin for these serves nobody well, and so do fewer. */
export const UPLOAD_SLOTS_MIN = 4;
/** And at most: the degree of the mesh. */
export const UPLOAD_SLOTS_MAX = 20;
/**
 * Uplink that makes one slot, bytes per ms: a 128 kbit/s stream and a half. Pieces are served whole and in turn, so
 * that a slot is a turn and not a trickle; thicker slots leave the last comers of a crowd without any.
 */
export const UPLOAD_SLOT_BYTES_PER_MS = 25;
/** BEP 3: slots are given anew every 10 s, the optimistic one every 30 s. Shorter flutters, longer keeps free-riders. */
export const RECHOKE_MS = 10_000;
export const OPTIMISTIC_MS = 30_000;
/** Time constant of the rates by which peers are compared, ms (BEP 3: 20 s). */
export const PEER_RATE_TIME_CONSTANT_MS = 20_000;

// Swarm --------------------------------------------------------------------------------------------------------------

/** While there is something to wait for, the swarm looks at its clocks this often, ms. */
export const SWARM_TICK_MS = 200;
/** Protocol errors after which a peer is banned for the jam. */
export const MAX_PROTOCOL_ERRORS = 3;
/** Pieces kept at hand for uploads and playback, bytes. */
export const PIECE_CACHE_BYTES = 8 * 1024 * 1024;
/** Pieces on their way to the store, bytes; above this, nothing but urgent pieces is fetched. */
export const UNWRITTEN_PIECES_BYTES = 16 * 1024 * 1024;
/** Pieces kept in memory when the store fails, bytes: 25 minutes of MP3 at 320 kbit/s. The oldest go first. */
export const MEMORY_PIECES_BYTES = 64 * 1024 * 1024;
